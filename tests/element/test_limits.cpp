// SPDX-License-Identifier: LGPL-2.1-or-later
// That each property of a bound reaches what it bounds: its effect, and that it is not there without the property.
#include <gst/video/video.h>

#include <algorithm>
#include <string>

#include "connection.h"
#include "sink_harness.h"
#include "suite.h"

using rtspcore::Ref;
using rtspsink::test::Connection;
using rtspsink::test::h264_key_unit;
using rtspsink::test::h264_other_unit;
using rtspsink::test::h264_rtp_caps;
using rtspsink::test::klv_key;
using rtspsink::test::SinkHarness;

namespace {

constexpr const char *kTransport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";

int ask(Connection &connection, const std::string &method = "OPTIONS") {
    return connection.request(method, "/test").status;
}

int set_up(Connection &connection) {
    return connection.request("SETUP", "/test/stream=0", kTransport).status;
}

void begin(SinkHarness &sink) {
    sink.set_caps(h264_rtp_caps());
    ck_assert_int_eq(sink.push_packet(h264_key_unit()), GST_FLOW_OK);
}

// The statuses that somebody gets whom the bound concerns; 0 is the end of the connection.

int behind_a_balancer(SinkHarness &sink) {
    Connection viewer(sink.port());
    return ask(viewer, "PROXY TCP4 198.51.100.7 203.0.113.1 40000 554\r\nDESCRIBE");
}

int second_session(SinkHarness &sink) {
    Connection first(sink.port());
    ck_assert_int_eq(set_up(first), 200);
    Connection second(sink.port());
    return set_up(second);
}

int many_requests_at_once(SinkHarness &sink) {
    Connection viewer(sink.port());
    int status = ask(viewer);
    for (int i = 0; i < 20 && status == 200; ++i)
        status = ask(viewer);
    return status;
}

int second_connection(SinkHarness &sink) {
    Connection first(sink.port());
    ck_assert_int_eq(ask(first), 200);
    Connection second(sink.port());
    return ask(second);
}

int stranger_before_another(SinkHarness &sink) {
    Connection first(sink.port());
    ck_assert_int_eq(ask(first), 200);
    Connection second(sink.port());
    ck_assert_int_eq(ask(second), 200);
    return ask(first);
}

int second_beside_a_session(SinkHarness &sink) {
    Connection first(sink.port());
    ck_assert_int_eq(set_up(first), 200);
    Connection second(sink.port());
    const int status = ask(second);
    ck_assert_int_eq(ask(first), 200);
    return status;
}

// The largest of the packets that a viewer gets of one unit in many packets.
size_t largest_packet(const std::string &properties, const char *caps, const std::string &unit) {
    SinkHarness sink(properties.c_str());
    sink.set_caps(caps);
    sink.push_bytes(unit);
    Connection viewer(sink.port());
    ck_assert_msg(viewer.play("/test"), "%s", caps);
    sink.push_bytes(unit);
    sink.push_bytes(unit);
    size_t largest = 0;
    for (size_t got = 0; got < unit.size();) {
        const auto frame = viewer.next_frame();
        ck_assert_msg(frame.has_value(), "%s: the end", caps);
        largest = std::max(largest, frame->bytes.size());
        got += frame->bytes.size();
    }
    return largest;
}

// Whether a key frame is asked for when somebody comes who could begin at one a moment ago. `pull` takes an event.
bool asks_the_encoder(const char *properties, GstEvent *(*pull)(GstHarness *)) {
    SinkHarness sink(properties);
    begin(sink);
    sink.push_packet(h264_other_unit());
    Connection viewer(sink.port());
    ck_assert(viewer.play("/test"));
    while (const auto event = Ref<GstEvent>::adopt(pull(sink.harness())))
        if (gst_video_event_is_force_key_unit(event.get()))
            return true;
    return false;
}

enum class Seen : uint8_t { All, Gap, End };

const char *name(Seen seen) {
    return seen == Seen::All ? "all" : seen == Seen::Gap ? "a gap" : "the end";
}

// What a viewer sees that does not read while more is sent than any kernel keeps for it.
Seen seen_by_a_slow_viewer(const std::string &properties) {
    constexpr unsigned kUnits = 200;
    SinkHarness sink(properties.c_str());
    begin(sink);
    Connection viewer(sink.port());
    ck_assert(viewer.play("/test"));
    const auto first = viewer.next_frame();
    ck_assert(first.has_value());
    const std::string large = h264_other_unit() + std::string(60'000, 'x');
    for (unsigned i = 0; i < kUnits; ++i)
        ck_assert_int_eq(sink.push_packet(large), GST_FLOW_OK);
    ck_assert_int_eq(sink.push_packet(h264_key_unit()), GST_FLOW_OK);
    const auto last = static_cast<uint16_t>(first->sequence() + kUnits + 1);
    unsigned frames = 0;
    for (uint16_t sequence = first->sequence(); sequence != last; ++frames) {
        const auto frame = viewer.next_frame();
        if (!frame)
            return Seen::End;
        sequence = frame->sequence();
    }
    return frames == kUnits + 1 ? Seen::All : Seen::Gap;
}

}  // namespace

START_TEST(test_limit_of_those_who_ask) {
    const struct {
        const char *property;
        const char *besides;
        int (*status)(SinkHarness &);
        int with;
        int without;
    } kCases[] = {
        {"trusted-proxies=10.0.0.1,127.0.0.0/8", "", behind_a_balancer, 200, 400},
        {"max-sessions=1", "", second_session, 503, 200},
        {"max-requests=1", "", many_requests_at_once, 503, 200},
        {"max-connections-per-address=1", "", second_connection, 503, 200},
        {"max-connections=1", "", stranger_before_another, 0, 200},
        {"max-connections=1", "", second_beside_a_session, 0, 200},
        {"max-unauthenticated=1", " auth=user:pass io-threads=1", stranger_before_another, 0, 200},
    };
    for (const auto &each : kCases)
        for (const bool is_set : {true, false}) {
            SinkHarness sink(((is_set ? each.property : "") + std::string(each.besides)).c_str());
            begin(sink);
            const int status = each.status(sink);
            ck_assert_msg(status == (is_set ? each.with : each.without), "%s, %s: %d", each.property,
                          is_set ? "set" : "not set", status);
        }
}
END_TEST

START_TEST(test_limit_of_the_packets) {
    const std::string samples(30'000, '\0');
    // Of 19,980 bytes.
    const std::string klv = klv_key() + "\x82\x4d\xf9" + std::string(19'961, 'x');
    const struct {
        const char *caps;
        const std::string &unit;
    } kMedia[] = {
        {"audio/x-raw,format=S16BE,layout=interleaved,rate=48000,channels=1", samples},
        {"meta/x-klv", klv},
    };
    const struct {
        const char *property;
        size_t mtu;
    } kCases[] = {{"", 1400}, {"mtu=300", 300}, {"mtu=9000", 9000}};
    for (const auto &media : kMedia)
        for (const auto &each : kCases) {
            const size_t largest = largest_packet(each.property, media.caps, media.unit);
            ck_assert_msg(largest <= each.mtu && largest + 16 > each.mtu, "%s, %s: %zu", media.caps, each.property,
                          largest);
        }
}
END_TEST

// What is sent is measured every second.
START_TEST(test_limit_of_the_bit_rate) {
    SinkHarness sink("max-bitrate=1");
    begin(sink);
    const gint64 end = g_get_monotonic_time() + 10 * G_TIME_SPAN_SECOND;
    int status = 200;
    while (status == 200 && g_get_monotonic_time() < end) {
        sink.push_packet(h264_key_unit());
        Connection viewer(sink.port());
        status = set_up(viewer);
    }
    ck_assert_int_eq(status, 453);
}
END_TEST

START_TEST(test_limit_of_the_burst) {
    ck_assert(asks_the_encoder("burst-max=0", gst_harness_pull_upstream_event));
    ck_assert(!asks_the_encoder("burst-max=60000", gst_harness_try_pull_upstream_event));
}
END_TEST

START_TEST(test_limit_of_slow_viewers) {
    const std::string any_bytes = " max-lag-bytes=4000000000";
    const struct {
        std::string properties;
        Seen seen;
    } kCases[] = {
        {"slow-viewers=disconnect max-lag=1" + any_bytes, Seen::End},
        {"slow-viewers=skip max-lag=3600000 max-lag-bytes=65536", Seen::Gap},
        {"slow-viewers=lossless max-lag=1" + any_bytes, Seen::All},
        {"slow-viewers=disconnect max-lag=3600000" + any_bytes, Seen::All},
        {"slow-viewers=disconnect max-lag=3600000 max-lag-bytes=65536", Seen::End},
        {"slow-viewers=lossless ring-bytes=65536", Seen::Gap},
    };
    for (const auto &each : kCases) {
        const Seen seen = seen_by_a_slow_viewer(each.properties);
        ck_assert_msg(seen == each.seen, "%s: %s", each.properties.c_str(), name(seen));
    }
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "limits",
        {test_limit_of_those_who_ask, test_limit_of_the_packets, test_limit_of_the_bit_rate, test_limit_of_the_burst,
         test_limit_of_slow_viewers});
}

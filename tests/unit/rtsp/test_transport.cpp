// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/transport.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using rtsp::ChannelPair;
using rtsp::PortPair;
using rtsp::TransportSpec;
using Lower = TransportSpec::Lower;
using Profile = TransportSpec::Profile;

namespace {

// Read and printed alike; `canonical` is what we print.
struct SpecCase {
    const char *text;
    TransportSpec spec;
    const char *canonical;
};

const SpecCase kSpecs[] = {
    {"RTP/AVP;unicast;client_port=5000-5001",
     {.client_port = PortPair{5000, 5001}},
     "RTP/AVP;unicast;client_port=5000-5001;mode=\"PLAY\""},
    {"RTP/AVP/UDP;unicast;client_port=5000",
     {.client_port = PortPair{5000, 5001}},
     "RTP/AVP;unicast;client_port=5000-5001;mode=\"PLAY\""},
    {"RTP/AVP/UDP;client_port=5000-5001",
     {.client_port = PortPair{5000, 5001}},
     "RTP/AVP;unicast;client_port=5000-5001;mode=\"PLAY\""},
    {"rtp/avp;Unicast;CLIENT_PORT=5000-5001;mode=play",
     {.client_port = PortPair{5000, 5001}},
     "RTP/AVP;unicast;client_port=5000-5001;mode=\"PLAY\""},
    {" RTP/AVP ; unicast ; client_port = \"5000-5001\" ; mode = \"PLAY\" ;",
     {.client_port = PortPair{5000, 5001}},
     "RTP/AVP;unicast;client_port=5000-5001;mode=\"PLAY\""},
    {"RTP/AVP;unicast;client_port=65534-65535",
     {.client_port = PortPair{65534, 65535}},
     "RTP/AVP;unicast;client_port=65534-65535;mode=\"PLAY\""},
    {"RTP/AVP;unicast", {}, "RTP/AVP;unicast;mode=\"PLAY\""},
    {"RTP/AVP/TCP;unicast;interleaved=0-1",
     {.lower = Lower::Tcp, .interleaved = ChannelPair{0, 1}},
     "RTP/AVP/TCP;unicast;interleaved=0-1;mode=\"PLAY\""},
    {"RTP/AVP/TCP;interleaved=4",
     {.lower = Lower::Tcp, .interleaved = ChannelPair{4, 5}},
     "RTP/AVP/TCP;unicast;interleaved=4-5;mode=\"PLAY\""},
    {"RTP/AVP/TCP;unicast;interleaved=254-255",
     {.lower = Lower::Tcp, .interleaved = ChannelPair{254, 255}},
     "RTP/AVP/TCP;unicast;interleaved=254-255;mode=\"PLAY\""},
    {"RTP/AVP/TCP", {.lower = Lower::Tcp}, "RTP/AVP/TCP;unicast;mode=\"PLAY\""},
    {"RTP/AVP;multicast", {.lower = Lower::UdpMulticast}, "RTP/AVP;multicast;mode=\"PLAY\""},
    {"RTP/AVP", {.lower = Lower::UdpMulticast}, "RTP/AVP;multicast;mode=\"PLAY\""},
    {"RTP/AVP/UDP", {.lower = Lower::UdpMulticast}, "RTP/AVP;multicast;mode=\"PLAY\""},
    {"RTP/AVP;multicast;client_port=5000-5001",
     {.lower = Lower::UdpMulticast, .client_port = PortPair{5000, 5001}},
     "RTP/AVP;multicast;client_port=5000-5001;mode=\"PLAY\""},
    {"RTP/AVP;multicast;destination=239.255.0.1;port=5000-5001;ttl=16;layers=2;append",
     {.lower = Lower::UdpMulticast, .port = PortPair{5000, 5001}, .ttl = 16, .destination = "239.255.0.1"},
     "RTP/AVP;multicast;destination=239.255.0.1;port=5000-5001;ttl=16;mode=\"PLAY\""},
    {"RTP/AVP;multicast;port=5000;ttl=0",
     {.lower = Lower::UdpMulticast, .port = PortPair{5000, 5001}, .ttl = 0},
     "RTP/AVP;multicast;port=5000-5001;ttl=0;mode=\"PLAY\""},
    {"RTP/AVP;multicast;ttl=256", {.lower = Lower::UdpMulticast}, "RTP/AVP;multicast;mode=\"PLAY\""},
    {"RTP/SAVPF/TCP;unicast", {.profile = Profile::Savpf, .lower = Lower::Tcp}, "RTP/SAVPF/TCP;unicast;mode=\"PLAY\""},
    {"RTP/SAVP;unicast", {.profile = Profile::Savp}, "RTP/SAVP;unicast;mode=\"PLAY\""},
    {"RTP/AVPF;unicast", {.profile = Profile::Avpf}, "RTP/AVPF;unicast;mode=\"PLAY\""},
    {"RTP/AVP;unicast;mode=record", {.record = true}, "RTP/AVP;unicast;mode=\"RECORD\""},
    {"RTP/AVP;unicast;mode=\"PLAY, RECORD\"", {.record = true}, "RTP/AVP;unicast;mode=\"RECORD\""},
    {"RTP/AVP;unicast;destination=Host.Example;source=2001:DB8::1;server_port=6000-6001",
     {.server_port = PortPair{6000, 6001}, .destination = "Host.Example", .source = "2001:DB8::1"},
     "RTP/AVP;unicast;destination=Host.Example;source=2001:DB8::1;server_port=6000-6001;mode=\"PLAY\""},
    {"RTP/AVP;unicast;destination;destination=", {}, "RTP/AVP;unicast;mode=\"PLAY\""},
    {"RTP/AVP/TCP;unicast;ssrc=abcd",
     {.lower = Lower::Tcp, .ssrc = 0xabcd},
     "RTP/AVP/TCP;unicast;ssrc=0000ABCD;mode=\"PLAY\""},
    {"RTP/AVP;unicast;ssrc=00000000", {.ssrc = 0}, "RTP/AVP;unicast;ssrc=00000000;mode=\"PLAY\""},
    {"RTP/AVP;unicast;ssrc=FFFFFFFF", {.ssrc = 0xffffffff}, "RTP/AVP;unicast;ssrc=FFFFFFFF;mode=\"PLAY\""},
    // what is unknown or of no use is skipped
    {"RTP/AVP;unicast;ssrc=xyz", {}, "RTP/AVP;unicast;mode=\"PLAY\""},
    {"RTP/AVP;unicast;ssrc=123456789", {}, "RTP/AVP;unicast;mode=\"PLAY\""},
    {"RTP/AVP;unicast;;foo;x-bar=\"a;b,c\";ttl=999;layers=1;append", {}, "RTP/AVP;unicast;mode=\"PLAY\""},
    {"RTP/AVP;unicast;client_port", {}, "RTP/AVP;unicast;mode=\"PLAY\""},
};

const char *const kUnreadable[] = {
    "RTP/AVP;unicast;client_port=0-1",
    "RTP/AVP;unicast;client_port=65535",
    "RTP/AVP;unicast;client_port=65535-65536",
    "RTP/AVP;unicast;client_port=70000-70001",
    "RTP/AVP;unicast;client_port=4294972296",
    "RTP/AVP;unicast;client_port=99999999999999999999-5",
    "RTP/AVP;unicast;client_port=5001-5000",
    "RTP/AVP;unicast;client_port=5000-",
    "RTP/AVP;unicast;client_port=-5",
    "RTP/AVP;unicast;client_port=+5",
    "RTP/AVP;unicast;client_port=0x50",
    "RTP/AVP;unicast;client_port=",
    "RTP/AVP;unicast;client_port=5000-5001-5002",
    "RTP/AVP;unicast;client_port=5000-5001;client_port=6000-6001",
    "RTP/AVP/TCP;interleaved=255",
    "RTP/AVP/TCP;interleaved=256-257",
    "RTP/AVP/TCP;interleaved=1-0",
    "RTP/AVP/TCP;interleaved=a-b",
    "RTP/AVP/TCP;multicast",
    "RTP/AVP;unicast;multicast",
    "RTP/AVP;unicast;unicast",
    "RTP/AVP;unicast;mode=\"RECEIVE\"",
    "RTP/AVP;unicast;mode=\"a;b\"",
    "RTP/AVP;unicast;destination=\"a;b\"",
    "RTP/AVP;unicast;destination=a b",
    "RTP/AVP/SCTP;unicast",
    "RTP/AVP/TCP/X;unicast",
    "RTP/AVP/",
    "RTP/XYZ;unicast",
    "RTP",
    "RAW/RAW/UDP;unicast",
    "x-real-rdt/tcp;client_port=5000",
    "unicast;client_port=5000-5001",
    "garbage",
    "/",
    ";",
    "\"",
    "=",
};

}  // namespace

START_TEST(test_transport_spec_is_read) {
    for (const SpecCase &c : kSpecs) {
        const auto specs = rtsp::parse_transports(c.text);
        ck_assert_msg(specs.ok() && specs->size() == 1, "%s", c.text);
        ck_assert_msg(specs->front() == c.spec, "%s: %s", c.text, rtsp::to_string(specs->front()).c_str());
    }
}
END_TEST

START_TEST(test_transport_spec_is_printed_and_read_back) {
    for (const SpecCase &c : kSpecs) {
        test::assert_text(rtsp::to_string(c.spec), c.canonical);
        const auto specs = rtsp::parse_transports(c.canonical);
        ck_assert_msg(specs.ok() && specs->size() == 1 && specs->front() == c.spec, "%s", c.canonical);
    }
}
END_TEST

START_TEST(test_transport_unreadable_spec_is_left_out) {
    for (const char *text : kUnreadable) {
        const auto alone = rtsp::parse_transports(text);
        ck_assert_msg(alone.ok() && alone->empty(), "%s", text);
        if (text[0] == '"')
            continue;  // an open quote takes all that follows
        const auto first = rtsp::parse_transports(std::string(text) + ",RTP/AVP/TCP");
        ck_assert_msg(first.ok() && first->size() == 1 && first->front().lower == Lower::Tcp, "%s", text);
    }
}
END_TEST

START_TEST(test_transport_list_keeps_the_order_of_preference) {
    const auto specs = rtsp::parse_transports(
        "RTP/SAVP;unicast;client_port=5000-5001;mode=\"PLAY,RECORD\", x-foo/bar;unicast,,RTP/AVP;multicast ,"
        "RTP/AVP/TCP;unicast;interleaved=2-3");
    ck_assert(specs.ok());
    ck_assert_uint_eq(specs->size(), 3);
    ck_assert((*specs)[0].profile == Profile::Savp && (*specs)[0].record);
    ck_assert((*specs)[1].lower == Lower::UdpMulticast);
    ck_assert(((*specs)[2].interleaved == ChannelPair{2, 3}));
}
END_TEST

START_TEST(test_transport_list_is_bounded) {
    std::string header;
    for (int i = 0; i < 1000; ++i)
        header += "RTP/AVP/TCP,";
    ck_assert_uint_eq(rtsp::parse_transports(header)->size(), 16);
}
END_TEST

START_TEST(test_transport_empty_header_is_a_bad_request) {
    for (const char *header : {"", " ", "\t "}) {
        const auto specs = rtsp::parse_transports(header);
        ck_assert(!specs && specs.error().code == rtsp::Status::BadRequest);
    }
    ck_assert(rtsp::parse_transports(",").ok());
}
END_TEST

START_TEST(test_transport_address_cannot_add_parameters) {
    TransportSpec spec;
    spec.source = "1.2.3.4;mode=record\r\nEvil: 1";
    test::assert_text(rtsp::to_string(spec), "RTP/AVP;unicast;mode=\"PLAY\"");
}
END_TEST

int main() {
    return test::run_suite(
        "transport", {test_transport_spec_is_read, test_transport_spec_is_printed_and_read_back,
                      test_transport_unreadable_spec_is_left_out, test_transport_list_keeps_the_order_of_preference,
                      test_transport_list_is_bounded, test_transport_empty_header_is_a_bad_request,
                      test_transport_address_cannot_add_parameters});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <string>
#include <vector>

#include "rtp/big_endian.h"
#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/live_server.h"
#include "support/udp_client.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using test::eventually;
using test::LiveServer;
using test::RtspPeer;
using test::UdpClient;

namespace {

constexpr uint8_t kReceiverReport = 201;

bool is_silent_report(const std::vector<uint8_t> &compound, const media::PacketBatch &last) {
    return compound.size() > 8 && compound[0] == 0x80 && compound[1] == kReceiverReport &&
           rtp::load_u16(compound, 2) == 1 && rtp::load_u32(compound, 4) == last.properties().ssrc;
}

}  // namespace

// The pipeline is PAUSED, or there is nothing to tell: ffmpeg asks for something only between packets that it gets.
START_TEST(test_silence_does_not_end_who_is_connected) {
    auto config = test::local_config();
    config.session_timeout = 1s;
    LiveServer live(config);
    live.gop();
    UdpClient over_udp(live);
    RtspPeer over_tcp = live.connect();
    test::play_tcp(over_tcp);
    UdpClient left(live);
    left.peer.close();
    test::spend(3500ms);
    ck_assert_uint_eq(live.server->statistics().sessions, 2);
    while (over_udp.pairs[0].rtp.receive(0)) {
    }
    live.picture();
    const auto newest = static_cast<uint16_t>(live.newest_video()->properties().first_sequence);
    ck_assert(over_udp.pairs[0].rtp.receive().has_value());
    for (auto frame = over_tcp.frame(); frame->is_rtcp() || frame->sequence() != newest; frame = over_tcp.frame())
        ck_assert(frame.has_value());
    ck_assert_msg(eventually([&] {
                      live.picture();
                      return live.server->statistics().sessions == 1;
                  }),
                  "who is sent media, and says nothing, is over");
}
END_TEST

START_TEST(test_silence_does_not_keep_who_does_not_read) {
    auto config = test::local_config();
    config.session_timeout = 1s;
    LiveServer live(config);
    live.key_unit();
    RtspPeer stalled = live.connect();
    stalled.receive_little();
    test::play_tcp(stalled, 1);
    for (int unit = 0; unit < 30; ++unit)
        live.picture(500);
    ck_assert(eventually([&] { return live.server->statistics().sessions == 0; }));
}
END_TEST

// rtspsrc gives up a source that it hears nothing of for half a minute.
START_TEST(test_viewers_of_a_silent_stream_get_reports_that_tell_no_time) {
    LiveServer live;
    const auto long_ago = std::chrono::duration_cast<std::chrono::milliseconds>(monotonic_now() - test::kStart) - 6s;
    const auto last = test::make_batch({.made = long_ago, .key = true});
    live.video->publish(last);
    UdpClient over_udp(live);
    RtspPeer over_tcp = live.connect();
    test::play_tcp(over_tcp, 1);
    for (bool reported = false; !reported;) {
        const auto frame = over_tcp.frame();
        ck_assert(frame.has_value());
        reported = frame->is_rtcp() && is_silent_report(frame->bytes, *last);
    }
    for (bool reported = false; !reported;) {
        const auto datagram = over_udp.pairs[0].rtcp.receive();
        ck_assert(datagram.has_value());
        reported = is_silent_report(datagram->bytes, *last);
    }
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("silent_stream",
                           {test_silence_does_not_end_who_is_connected, test_silence_does_not_keep_who_does_not_read,
                            test_viewers_of_a_silent_stream_get_reports_that_tell_no_time});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "rtp/big_endian.h"
#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/playing.h"

using namespace rtspcore;
using media::StartMode;
using test::config_of;
using test::DatagramPair;
using test::eventually;
using test::kAudioRtp;
using test::let_the_server_work;
using test::LiveServer;
using test::patient;
using test::Playing;
using test::RtspPeer;
using test::session_header;

namespace {

constexpr uint8_t kSenderReport = 200;
constexpr uint8_t kGoodbye = 203;

// Of one compound packet (RFC 3550 section 6.1).
bool says_goodbye(const std::vector<uint8_t> &compound) {
    for (size_t at = 0; at + 4 <= compound.size(); at += 4 * (rtp::load_u16(compound, at + 2) + size_t{1}))
        if (compound[at + 1] == kGoodbye)
            return true;
    return false;
}

}  // namespace

START_TEST(test_play_sender_report_goes_ahead_of_the_first_packet_of_each_stream) {
    LiveServer live;
    live.gop();
    Playing viewer(live, false);
    viewer.play();
    std::map<unsigned, rtp::RtpTime> reported;
    std::map<unsigned, rtp::RtpTime> seen;
    while (seen.size() < 2) {
        const auto frame = viewer.peer().frame();
        ck_assert(frame.has_value());
        const unsigned stream = frame->channel / 2u;
        if (frame->is_rtcp()) {
            ck_assert_uint_eq(frame->bytes[1], kSenderReport);
            reported.emplace(stream, rtp::load_u32(frame->bytes, 16));
        } else if (seen.emplace(stream, frame->time()).second) {
            ck_assert_msg(reported.contains(stream), "stream %u begins without a report", stream);
            ck_assert_uint_eq(reported[stream], frame->time());
        }
    }
}
END_TEST

START_TEST(test_play_on_channels_of_its_own_choice) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    const auto setup =
        peer.request("SETUP", peer.uri("/test/stream=0"), "Transport: RTP/AVP/TCP;interleaved=10-11\r\n");
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(setup.session())).status, 200);
    for (int i = 0; i < 4; ++i) {
        const auto frame = peer.frame();
        ck_assert(frame.has_value());
        ck_assert_uint_eq(frame->channel, i == 0 ? 11 : 10);
    }
}
END_TEST

START_TEST(test_play_again_changes_nothing) {
    LiveServer live;
    live.gop();
    Playing viewer(live, false);
    viewer.play();
    viewer.play();
    ck_assert_uint_eq(live.mount->statistics().viewers, 1);
    ck_assert_uint_eq(viewer.first_of(0).sequence, 65'500);
}
END_TEST

START_TEST(test_play_pause_stops_and_play_begins_anew) {
    for (const bool udp : {false, true}) {
        LiveServer live;
        live.gop();
        Playing viewer(live, udp, 1);
        viewer.play();
        viewer.first_of(0);
        const std::string header = session_header(viewer.session());
        ck_assert_int_eq(viewer.peer().request("PAUSE", viewer.peer().uri("/test"), header).status, 200);
        ck_assert_uint_eq(live.mount->statistics().viewers, 0);
        live.gop();
        live.gop();
        viewer.play();
        ck_assert_uint_eq(live.mount->statistics().viewers, 1);
        const auto promise = viewer.promised();
        live.picture();
        ck_assert_uint_eq(promise.size(), 1);
    }
}
END_TEST

START_TEST(test_play_teardown_of_one_stream_leaves_the_other_playing) {
    LiveServer live;
    live.gop();
    Playing viewer(live, false);
    viewer.play();
    viewer.first_of(1);
    RtspPeer &peer = viewer.peer();
    ck_assert_int_eq(peer.request("TEARDOWN", peer.uri("/test/stream=0"), session_header(viewer.session())).status,
                     200);
    live.gop();
    int sounds = 0;
    while (sounds < 5) {
        const auto frame = peer.frame();
        ck_assert(frame.has_value());
        sounds += frame->channel == kAudioRtp ? 1 : 0;
    }
}
END_TEST

// Sessions over UDP may be controlled on any connection. That one may go while PLAY waits.
START_TEST(test_play_on_a_connection_that_goes_while_it_waits) {
    for (const bool owner_goes : {false, true}) {
        LiveServer live(test::local_config(), patient(config_of(StartMode::KeyFrame)));
        live.gop();
        RtspPeer owner = live.connect();
        RtspPeer other = live.connect();
        auto pair = DatagramPair::open();
        const auto setup = owner.request("SETUP", owner.uri("/test/stream=0"), test::udp_transport(pair.rtp.port()));
        other.send_request("PLAY", other.uri("/test"), session_header(setup.session()));
        ck_assert(eventually([&] { return live.key_requests() == 1; }));
        (owner_goes ? owner : other).close();
        ck_assert(eventually([&] { return live.server->statistics().connections == 1; }));
        live.key_unit();
        const uint16_t key = test::first_of(live.newest_video()).sequence;
        let_the_server_work(live);
        ck_assert_uint_eq(live.server->statistics().sessions, 1);
        ck_assert_uint_eq(live.mount->statistics().viewers, owner_goes ? 1 : 0);
        if (!owner_goes)
            continue;
        const auto answer = other.response();
        ck_assert_int_eq(answer.status, 200);
        ck_assert_uint_eq(test::parse_rtp_info(answer.header("rtp-info"))[0].sequence, key);
        const auto packet = pair.rtp.receive();
        ck_assert(packet.has_value());
        ck_assert_uint_eq(rtp::load_u16(packet->bytes, 2), key);
    }
}
END_TEST

// Whether the wait for a first unit is over for good when PLAY was answered because time ran out.
START_TEST(test_play_answered_late_does_not_wake_other_requests_of_its_connection) {
    LiveServer live(test::local_config(), config_of(StartMode::KeyFrame));
    live.gop();
    Playing viewer(live, true, 1);
    viewer.play();  // nothing came in time
    live.server->mounts().set_undecided_pads(&viewer, 1);
    viewer.peer().send_request("DESCRIBE", viewer.peer().uri("/later"));
    let_the_server_work(live);
    const uint64_t requests = live.server->statistics().requests;
    live.key_unit();
    let_the_server_work(live);
    ck_assert_uint_eq(live.server->statistics().requests, requests + 3);
    live.server->mounts().set_undecided_pads(&viewer, 0);
    ck_assert_int_eq(viewer.peer().response().status, 404);
    viewer.first_of(0);
}
END_TEST

// Streams that ended before the viewer came, as they would have told it had it been there.
START_TEST(test_play_of_an_ended_stream_is_told_so_after_its_last_units) {
    for (const auto mode : {StartMode::Auto, StartMode::KeyFrame, StartMode::Now}) {
        LiveServer live(test::local_config(), config_of(mode));
        live.gop();
        live.audio->end();
        live.gop(0);
        live.video->end();
        Playing viewer(live, false);
        viewer.play();
        std::string order;
        while (std::count(order.begin(), order.end(), 'B') < 2) {
            const auto frame = viewer.peer().frame();
            ck_assert_msg(frame.has_value(), "mode %d: no BYE after %s", static_cast<int>(mode), order.c_str());
            if (!frame->is_rtcp() || says_goodbye(frame->bytes))
                order += frame->is_rtcp() ? 'B' : 'u';
        }
        ck_assert_msg(order.ends_with("BB"), "%s", order.c_str());
        ck_assert((order == "BB") == (mode != StartMode::Auto));
    }
}
END_TEST

START_TEST(test_play_of_an_ended_stream_over_udp_is_told_so) {
    LiveServer live;
    live.gop();
    live.video->end();
    Playing viewer(live, true, 1);
    viewer.play();
    for (bool is_told = false; !is_told;) {
        const auto datagram = viewer.rtcp_of(0);
        ck_assert(datagram.has_value());
        is_told = says_goodbye(datagram->bytes);
    }
}
END_TEST

// After a flush, for one.
START_TEST(test_play_of_a_stream_that_goes_on_after_its_end_is_not_told_an_end) {
    LiveServer live;
    live.gop();
    live.video->end();
    live.audio->end();
    live.gop();
    Playing viewer(live, false);
    viewer.play();
    live.key_unit();
    for (bool is_live = false; !is_live;) {
        const auto frame = viewer.peer().frame();
        ck_assert(frame.has_value());
        ck_assert(!frame->is_rtcp() || !says_goodbye(frame->bytes));
        is_live = !frame->is_rtcp() && frame->channel == test::kVideoRtp &&
                  frame->time() == live.newest_video()->properties().time;
    }
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "play",
        {test_play_sender_report_goes_ahead_of_the_first_packet_of_each_stream, test_play_on_channels_of_its_own_choice,
         test_play_again_changes_nothing, test_play_pause_stops_and_play_begins_anew,
         test_play_teardown_of_one_stream_leaves_the_other_playing, test_play_on_a_connection_that_goes_while_it_waits,
         test_play_of_an_ended_stream_is_told_so_after_its_last_units, test_play_of_an_ended_stream_over_udp_is_told_so,
         test_play_of_a_stream_that_goes_on_after_its_end_is_not_told_an_end,
         test_play_answered_late_does_not_wake_other_requests_of_its_connection});
}

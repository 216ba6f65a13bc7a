// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <optional>
#include <vector>

#include "rtp/big_endian.h"
#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/log_record.h"
#include "support/secure_server.h"
#include "support/secure_viewer.h"

using namespace rtspcore;
using server::SrtpMode;
using test::assert_as_sent;
using test::EarlyServer;
using test::eventually;
using test::kSrtpWays;
using test::SecureServer;
using test::SecureViewer;
using Bytes = std::vector<uint8_t>;

// Video begins a little before its numbers wrap.
START_TEST(test_viewers_decrypt_what_was_sent) {
    SecureServer server(SrtpMode::Required);
    server.live.gop();
    for (const auto &way : kSrtpWays) {
        SecureViewer viewer(server.live.port(), way);
        viewer.describe();
        viewer.set_up();
        viewer.play();
        const Bytes report = viewer.next_rtcp(0);
        ck_assert_msg(report[1] == test::kSenderReport && rtp::load_u32(report, 4) == test::kVideoSsrc, "%s", way.name);
        for (int i = 0; i < 20; ++i) {
            server.live.picture();
            server.live.sound();
        }
        const auto last = static_cast<uint16_t>(server.live.newest_video()->properties().first_sequence);
        std::optional<uint16_t> before;
        while (before != last) {
            const Bytes packet = viewer.next_rtp(0);
            assert_as_sent(way.name, packet, 0);
            const uint16_t number = rtp::load_u16(packet, 2);
            ck_assert_msg(!before || number == static_cast<uint16_t>(*before + 1), "%s: a gap", way.name);
            before = number;
        }
        for (int i = 0; i < 20; ++i)
            assert_as_sent(way.name, viewer.next_rtp(1), 1);
    }
    ck_assert_uint_gt(server.live.newest_video()->properties().first_sequence, 2 * test::kCycle);
}
END_TEST

START_TEST(test_payload_is_not_what_was_sent) {
    EarlyServer server;
    for (const auto &way : kSrtpWays) {
        SecureViewer viewer(server.live.port(), way);
        viewer.describe();
        viewer.set_up();
        viewer.play();
        const Bytes sealed = viewer.next_sealed_rtp(0);
        const Bytes plain = viewer.decoder(0).rtp(sealed);
        ck_assert_uint_eq(sealed.size(), plain.size() + 10);
        ck_assert_msg(!std::equal(plain.begin() + 12, plain.end(), sealed.begin() + 12), "%s", way.name);
    }
}
END_TEST

START_TEST(test_viewers_of_one_key_are_sent_the_same_bytes) {
    EarlyServer server;
    SecureViewer one(server.live.port(), kSrtpWays[0]);
    SecureViewer other(server.live.port(), kSrtpWays[6]);
    for (SecureViewer *viewer : {&one, &other}) {
        viewer->describe();
        viewer->set_up();
        viewer->play();
    }
    server.live.picture();
    const auto number = static_cast<uint16_t>(server.live.newest_video()->properties().first_sequence);
    const auto find = [number](SecureViewer &viewer) {
        Bytes packet;
        do
            packet = viewer.next_sealed_rtp(0);
        while (rtp::load_u16(packet, 2) != number);
        return packet;
    };
    ck_assert(find(one) == find(other));
}
END_TEST

START_TEST(test_stream_set_up_anew_goes_on_where_its_counter_stands) {
    EarlyServer server;
    SecureViewer viewer(server.live.port(), kSrtpWays[0]);
    viewer.describe();
    viewer.set_up();
    viewer.play();
    test::cross_the_wrap(server, viewer);
    ck_assert_int_eq(viewer.ask("PAUSE").status, 200);
    server.live.key_unit();
    viewer.set_up();
    viewer.play();
    assert_as_sent("set up anew", viewer.next_rtp(0), 0);
}
END_TEST

START_TEST(test_play_past_the_wrap_is_463_and_ends_the_session) {
    EarlyServer server;
    SecureViewer witness(server.live.port(), kSrtpWays[0]);
    witness.describe();
    witness.set_up();
    witness.play();
    SecureViewer late(server.live.port(), kSrtpWays[1]);
    late.describe();
    late.set_up();
    ck_assert_msg(late.keys() == witness.keys(), "they share the keys of this cycle");
    test::cross_the_wrap(server, witness);
    ck_assert_int_eq(late.ask("PLAY").status, 463);
    ck_assert_msg(late.ask("PLAY").status == 454, "new keys are for a new session");
    SecureViewer again(server.live.port(), kSrtpWays[1]);
    again.describe();
    again.set_up();
    again.play();
    assert_as_sent("after the wrap", again.next_rtp(0), 0);
}
END_TEST

// A sender that begins anew with numbers that it has had, and one that goes on further than receivers can follow.
START_TEST(test_session_of_spent_keys_ends_and_the_log_tells_why) {
    for (const auto &way : {kSrtpWays[0], kSrtpWays[1]}) {
        for (const bool anew : {true, false}) {
            test::LogRecord log;
            EarlyServer server;
            SecureViewer viewer(server.live.port(), way);
            viewer.describe();
            viewer.set_up();
            viewer.play();
            (void)viewer.next_rtp(0);
            anew ? server.live.restart_video(test::kCycle + 1000) : server.live.count_video_from(test::kCycle + 60'000);
            server.live.key_unit();
            ck_assert_msg(eventually([&] { return server.live.server->statistics().sessions.load() == 0; }), "%s",
                          way.name);
            ck_assert_msg(log.has("its keys are spent") && !log.has("too slow"), "%s", way.name);
        }
    }
}
END_TEST

START_TEST(test_session_of_a_viewer_that_is_too_slow_ends_and_the_log_tells_why) {
    test::LogRecord log;
    media::MountConfig config;
    config.slow_viewers = media::SlowViewerPolicy::Disconnect;
    config.max_lag_bytes = 64 * 1024;
    const test::Identity identity;
    test::LiveServer live(test::with_srtp(identity, SrtpMode::Required), config);
    live.key_unit();
    SecureViewer viewer(live.port());
    viewer.describe();
    viewer.peer().receive_little();
    viewer.set_up();
    viewer.play();
    ck_assert(eventually([&] {
        live.picture(200);
        return live.server->statistics().sessions.load() == 0;
    }));
    ck_assert(log.has("too slow a viewer") && !log.has("keys are spent"));
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "srtp_play",
        {test_viewers_decrypt_what_was_sent, test_payload_is_not_what_was_sent,
         test_viewers_of_one_key_are_sent_the_same_bytes, test_stream_set_up_anew_goes_on_where_its_counter_stands,
         test_play_past_the_wrap_is_463_and_ends_the_session, test_session_of_spent_keys_ends_and_the_log_tells_why,
         test_session_of_a_viewer_that_is_too_slow_ends_and_the_log_tells_why});
}

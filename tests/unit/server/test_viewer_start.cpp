// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>

#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/deadline.h"
#include "support/playing.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using media::MountConfig;
using media::StartMode;
using test::config_of;
using test::eventually;
using test::first_of;
using test::FirstPacket;
using test::kAudioRtp;
using test::kVideoRtp;
using test::let_the_server_work;
using test::LiveServer;
using test::patient;
using test::Playing;
using test::RtspPeer;
using test::session_header;

START_TEST(test_viewer_start_burst_begins_as_rtp_info_says) {
    for (const bool udp : {false, true}) {
        LiveServer live;
        live.gop();
        live.gop(8);
        Playing viewer(live, udp);
        viewer.play();
        viewer.assert_promise_is_kept(2);
    }
}
END_TEST

START_TEST(test_viewer_start_burst_ends_at_the_live_edge_without_a_gap) {
    LiveServer live;
    live.gop(8);
    Playing viewer(live, false);
    viewer.play();
    uint16_t next = viewer.promised()[0].sequence;
    live.picture();
    live.picture();
    const FirstPacket last = first_of(live.newest_video());
    for (bool done = false; !done;) {
        const auto frame = viewer.peer().frame();
        ck_assert(frame.has_value());
        if (frame->channel != kVideoRtp)
            continue;
        ck_assert_uint_eq(frame->sequence(), next++);
        done = frame->sequence() == last.sequence;
        if (done)
            ck_assert_uint_eq(frame->time(), last.time);
    }
}
END_TEST

START_TEST(test_viewer_start_never_sends_audio_first) {
    for (const StartMode mode : {StartMode::Auto, StartMode::KeyFrame}) {
        LiveServer live(test::local_config(), patient(config_of(mode)));
        live.picture();
        live.sound();
        Playing viewer(live, false);
        viewer.ask();
        ck_assert(eventually([&] { return live.key_requests() == 1; }));
        live.sound();
        live.gop();
        viewer.await_answer();
        const auto frame = viewer.peer().rtp_frame();
        ck_assert_uint_eq(frame.channel, kVideoRtp);
        ck_assert((viewer.promised()[0] == FirstPacket{frame.sequence(), frame.time()}));
    }
}
END_TEST

START_TEST(test_viewer_start_key_frame_mode_waits_and_begins_as_rtp_info_says) {
    for (const bool udp : {false, true}) {
        LiveServer live(test::local_config(), patient(config_of(StartMode::KeyFrame)));
        live.gop();
        Playing viewer(live, udp, 1);
        viewer.ask();
        ck_assert(eventually([&] { return live.key_requests() == 1; }));
        live.picture();
        let_the_server_work(live);
        live.key_unit();
        const FirstPacket key = first_of(live.newest_video());
        live.picture();
        viewer.await_answer();
        ck_assert(viewer.promised()[0] == key);
        viewer.assert_promise_is_kept(1);
    }
}
END_TEST

// A report is no unit: PLAY is not answered for it.
START_TEST(test_viewer_start_waits_for_the_key_frame_whatever_reports_come) {
    LiveServer live(test::local_config(), patient(config_of(StartMode::KeyFrame)));
    live.picture();
    Playing viewer(live, false);
    viewer.ask();
    ck_assert(eventually([&] { return live.key_requests() == 1; }));
    live.sound();  // the first, behind a sender report
    let_the_server_work(live);
    live.key_unit();
    const FirstPacket key = first_of(live.newest_video());
    viewer.await_answer();
    ck_assert_msg(viewer.promised()[0] == key, "RTP-Info: %s", viewer.answer.header("rtp-info").c_str());
}
END_TEST

START_TEST(test_viewer_start_key_frame_that_does_not_come_is_not_promised) {
    LiveServer live(test::local_config(), config_of(StartMode::KeyFrame));
    live.gop();
    Playing viewer(live, false);
    viewer.play();
    test::assert_text(viewer.answer.header("rtp-info"), "");
    live.picture();
    live.sound();
    live.key_unit();
    const FirstPacket key = first_of(live.newest_video());
    live.sound();
    ck_assert(viewer.first_of(0) == key);
}
END_TEST

START_TEST(test_viewer_start_now_mode_begins_with_the_next_unit) {
    for (const bool udp : {false, true}) {
        LiveServer live(test::local_config(), patient(config_of(StartMode::Now)));
        live.gop();
        Playing viewer(live, udp, 1);
        viewer.ask();
        ck_assert(eventually([&] { return live.mount->statistics().viewers == 1; }));
        live.picture();
        const FirstPacket next = first_of(live.newest_video());
        viewer.await_answer();
        ck_assert(viewer.promised()[0] == next);
        viewer.assert_promise_is_kept(1);
    }
}
END_TEST

START_TEST(test_viewer_start_long_burst_is_replaced_by_a_key_frame_if_the_encoder_makes_one) {
    MountConfig config = patient({});
    config.burst_max = -1ms;  // any is too long
    LiveServer live(test::local_config(), config);
    live.gop();
    Playing viewer(live, false, 1);
    viewer.ask();
    ck_assert(eventually([&] { return live.key_requests() == 1; }));
    live.key_unit();
    viewer.await_answer();
    ck_assert(viewer.promised()[0] == first_of(live.newest_video()));
}
END_TEST

START_TEST(test_viewer_start_long_burst_is_sent_if_the_encoder_does_not_listen) {
    for (const bool says_so : {true, false}) {
        MountConfig config;
        config.burst_max = -1ms;
        LiveServer live(test::local_config(), config);
        live.encoder_listens = !says_so;
        live.key_unit();
        const uint16_t key = first_of(live.newest_video()).sequence;
        live.picture();
        Playing viewer(live, false, 1);
        viewer.play();
        ck_assert_uint_eq(viewer.promised()[0].sequence, key);
        viewer.assert_promise_is_kept(1);
        Playing second(live, false, 1);
        second.play();
        ck_assert_msg(live.key_requests() == 1, "it is not asked again");
        ck_assert_uint_eq(second.promised()[0].sequence, key);
    }
}
END_TEST

// The other video's key unit is three seconds older than the newest of the first, or there is none.
START_TEST(test_viewer_start_of_two_videos_begins_with_both) {
    for (const bool has_key : {true, false}) {
        LiveServer live;
        int asked = 0;
        const auto other = live.mount->add_track(test::video_config([&asked] { return ++asked > 0; }));
        auto publish = [&, number = uint16_t{0}](std::chrono::milliseconds age, bool key) mutable {
            other->publish(
                test::make_batch({.track = 2, .made = live.now_since_start() - age, .sequence = number++, .key = key}));
        };
        for (const auto age : {6000ms, 3000ms, 0ms}) {
            publish(age, has_key && age == 6000ms);
            live.age = age;
            live.key_unit();
        }
        Playing viewer(live, false, 3);
        viewer.play();
        ck_assert_msg(viewer.promised()[0] == first_of(live.newest_video()), "the newest of the one at once");
        ck_assert(viewer.promised().contains(2) == has_key);
        ck_assert_int_eq(asked, has_key ? 0 : 1);
        ck_assert_int_eq(live.key_requests(), 0);
        publish(0ms, true);
        ck_assert_uint_eq(viewer.first_of(2).sequence, has_key ? 0 : 3);
    }
}
END_TEST

START_TEST(test_viewer_start_audio_alone_begins_with_the_newest) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    const auto setup = peer.request("SETUP", peer.uri("/test/stream=1"), test::tcp_transport(1));
    const auto play = peer.request("PLAY", peer.uri("/test"), session_header(setup.session()));
    const auto promise = test::parse_rtp_info(play.header("rtp-info"));
    ck_assert_uint_eq(promise.size(), 1);
    const auto frame = peer.rtp_frame();
    ck_assert_uint_eq(frame.channel, kAudioRtp);
    ck_assert((promise.at(1) == FirstPacket{frame.sequence(), frame.time()}));
    ck_assert_int_eq(live.key_requests(), 0);
}
END_TEST

// Sound of a camera whose video stalled two seconds ago, and the key unit is in the ring or is not any more.
START_TEST(test_viewer_start_gives_sound_when_no_video_comes) {
    for (const bool has_key : {false, true}) {
        MountConfig config;
        config.burst_max = -1ms;
        config.first_unit_wait = 10s;
        config.ring.duration = 10s;
        LiveServer live(test::local_config(), config);
        live.age = 2s;
        has_key ? live.key_unit() : live.picture();
        const FirstPacket video = first_of(live.newest_video());
        live.age = 0s;
        live.sound();
        Playing viewer(live, false);
        viewer.ask();
        ck_assert(eventually([&] { return live.key_requests() == 1; }));
        live.sound();
        viewer.await_answer();
        ck_assert_uint_eq(viewer.promised().size(), has_key ? 2 : 1);
        ck_assert(!has_key || viewer.first_of(0) == video);
        ck_assert(viewer.first_of(1) == viewer.promised()[1]);
    }
}
END_TEST

START_TEST(test_viewer_start_of_a_mount_without_data_is_answered_and_begins_when_there_is_some) {
    LiveServer live;
    Playing viewer(live, false);
    viewer.play();
    test::assert_text(viewer.answer.header("rtp-info"), "");
    live.gop();
    ck_assert_uint_eq(viewer.first_of(0).sequence, 65'500);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "viewer_start",
        {test_viewer_start_of_two_videos_begins_with_both, test_viewer_start_burst_begins_as_rtp_info_says,
         test_viewer_start_burst_ends_at_the_live_edge_without_a_gap, test_viewer_start_never_sends_audio_first,
         test_viewer_start_key_frame_mode_waits_and_begins_as_rtp_info_says,
         test_viewer_start_waits_for_the_key_frame_whatever_reports_come,
         test_viewer_start_key_frame_that_does_not_come_is_not_promised,
         test_viewer_start_now_mode_begins_with_the_next_unit,
         test_viewer_start_long_burst_is_replaced_by_a_key_frame_if_the_encoder_makes_one,
         test_viewer_start_long_burst_is_sent_if_the_encoder_does_not_listen,
         test_viewer_start_audio_alone_begins_with_the_newest, test_viewer_start_gives_sound_when_no_video_comes,
         test_viewer_start_of_a_mount_without_data_is_answered_and_begins_when_there_is_some});
}

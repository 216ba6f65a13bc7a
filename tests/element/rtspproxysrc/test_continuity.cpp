// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstring>
#include <string>

#include "camera.h"
#include "element/suite.h"
#include "frame_log.h"
#include "one_stream.h"
#include "packet_log.h"
#include "proxy.h"
#include "silent_server.h"
#include "support/deadline.h"

using namespace rtspsink::test;
using rtspcore::Ref;
using rtspcore::test::eventually;
using rtspcore::test::spend;

START_TEST(test_plays_what_the_camera_has_live_and_without_an_end) {
    Camera camera;
    Proxy proxy(proxy_line(camera.url()));
    PacketLog log(proxy.pad_of("out"));
    ck_assert_int_eq(gst_element_set_state(proxy.pipeline(), GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
    proxy.play();
    proxy.wait_for("playing");
    ck_assert(log.wait_for(20));
    assert_one_stream(log.packets());
    ck_assert_uint_eq(log.count_of(GST_EVENT_STREAM_START), 1);
    ck_assert_uint_eq(log.count_of(GST_EVENT_CAPS), 1);
    ck_assert_uint_eq(log.count_of(GST_EVENT_SEGMENT), 1);
    ck_assert_uint_ge(proxy.statistic("packets"), 1);
    ck_assert_uint_gt(proxy.statistic("last-packet"), 0);
}
END_TEST

START_TEST(test_latency_is_what_packets_are_waited_for) {
    Camera camera;
    Proxy proxy(proxy_line(camera.url(), "latency=30"));
    PacketLog log(proxy.pad_of("out"));
    proxy.play();
    ck_assert(log.wait_for(1));
    const auto query = Ref<GstQuery>::adopt(gst_query_new_latency());
    ck_assert(gst_pad_peer_query(proxy.pad_of("out").get(), query.get()));
    gboolean live = FALSE;
    GstClockTime min = 0;
    gst_query_parse_latency(query.get(), &live, &min, nullptr);
    ck_assert(live && min == 30 * GST_MSECOND);
}
END_TEST

START_TEST(test_a_camera_that_restarts_is_one_stream) {
    Camera camera;
    Proxy proxy(proxy_line(camera.url()));
    PacketLog log(proxy.pad_of("out"));
    proxy.play();
    constexpr size_t kRestarts = 5;
    for (size_t i = 0; i < kRestarts; ++i) {
        proxy.wait_for("playing");
        ck_assert(log.wait_for(log.packets().size() + 20));
        camera.off();
        proxy.wait_for("waiting");
        camera.on();
    }
    proxy.wait_for("playing");
    ck_assert(log.wait_for(log.packets().size() + 20));
    const auto packets = log.packets();
    assert_one_stream(packets);
    size_t disconts = 0;
    for (const auto &packet : packets)
        disconts += packet.discont ? 1 : 0;
    ck_assert_uint_eq(disconts, kRestarts + 1);
    for (const GstEventType event : {GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT})
        ck_assert_uint_eq(log.count_of(event), 1);
    for (const GstEventType event : {GST_EVENT_EOS, GST_EVENT_FLUSH_START, GST_EVENT_FLUSH_STOP})
        ck_assert_uint_eq(log.count_of(event), 0);
    ck_assert_int_eq(GST_STATE(proxy.pipeline()), GST_STATE_PLAYING);
}
END_TEST

START_TEST(test_media_time_goes_on_with_the_time_that_passed) {
    Camera camera;
    Proxy proxy(proxy_line(camera.url()));
    PacketLog log(proxy.pad_of("out"));
    proxy.play();
    proxy.wait_for("playing");
    ck_assert(log.wait_for(20));
    camera.off();
    proxy.wait_for("waiting");
    camera.on();
    proxy.wait_for("playing");
    ck_assert(log.wait_for(log.packets().size() + 20));
    const auto packets = log.packets();
    constexpr double kRate = 8000;
    const double media = static_cast<double>(packets.back().time - packets.front().time) / kRate;
    const double passed = static_cast<double>(packets.back().pts - packets.front().pts) / GST_SECOND;
    ck_assert_double_eq_tol(media, passed, 0.2);
}
END_TEST

START_TEST(test_each_stream_has_a_pad_that_stays) {
    Camera camera(std::string(Camera::kSound) +
                  " videotestsrc is-live=true ! video/x-raw,format=I420,width=64,height=64,framerate=20/1 ! "
                  "jpegenc ! sink.");
    Proxy proxy("rtspproxysrc name=proxy location=" + camera.url() +
                " proxy. ! fakesink name=a sync=false proxy. ! fakesink name=b sync=false");
    PacketLog first(proxy.pad_of("a"));
    PacketLog second(proxy.pad_of("b"));
    proxy.play();
    for (int i = 0; i < 2; ++i) {
        proxy.wait_for("playing");
        ck_assert(first.wait_for(first.packets().size() + 10));
        ck_assert(second.wait_for(second.packets().size() + 10));
        ck_assert_uint_eq(proxy.element()->numsrcpads, 2);
        if (i == 0) {
            camera.off();
            proxy.wait_for("waiting");
            camera.on();
        }
    }
    ck_assert_uint_eq(first.count_of(GST_EVENT_CAPS), 1);
    ck_assert_uint_eq(second.count_of(GST_EVENT_CAPS), 1);
    gst_element_set_state(proxy.pipeline(), GST_STATE_READY);
    ck_assert_uint_eq(proxy.element()->numsrcpads, 0);
}
END_TEST

START_TEST(test_encoded_frames_are_one_stream_with_their_time_of_capture) {
    Camera camera(
        "videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=20/1 ! x264enc tune=zerolatency "
        "key-int-max=10 ! video/x-h264,profile=baseline ! sink.");
    Proxy proxy("rtspproxysrc name=proxy mode=encoded location=" + camera.url() +
                " ! video/x-h264,stream-format=avc,alignment=au ! fakesink name=out sync=false");
    FrameLog log(proxy.pad_of("out"));
    proxy.play();
    for (int i = 0; i < 3; ++i) {
        proxy.wait_for("playing");
        ck_assert(log.wait_for(log.frames().size() + 20));
        camera.off();
        proxy.wait_for("waiting");
        camera.on();
    }
    proxy.wait_for("playing");
    ck_assert(log.wait_for(log.frames().size() + 20));
    const auto frames = log.frames();
    bool follows_key = false;
    for (size_t i = 0; i < frames.size(); ++i) {
        follows_key = follows_key || frames[i].key;
        ck_assert(follows_key);
        ck_assert(i == 0 || frames[i].pts > frames[i - 1].pts);
        ck_assert(frames[i].has_capture_time);
    }
    for (const GstEventType event : {GST_EVENT_EOS, GST_EVENT_FLUSH_START, GST_EVENT_FLUSH_STOP})
        ck_assert_uint_eq(log.count_of(event), 0);
    ck_assert_uint_eq(log.count_of(GST_EVENT_STREAM_START), 1);
}
END_TEST

START_TEST(test_a_pause_is_no_loss) {
    Camera camera;
    Proxy proxy(proxy_line(camera.url()));
    PacketLog log(proxy.pad_of("out"));
    proxy.play();
    ck_assert(log.wait_for(20));
    gst_element_set_state(proxy.pipeline(), GST_STATE_PAUSED);
    spend(std::chrono::milliseconds(200));  // the pause
    proxy.play();
    ck_assert(log.wait_for(log.packets().size() + 20));
    assert_one_stream(log.packets());
    ck_assert_uint_eq(camera.sessions(), 1);
}
END_TEST

START_TEST(test_an_eos_event_ends_the_streams) {
    for (const char *mode : {"rtp", "encoded"}) {
        Camera camera;
        Proxy proxy(proxy_line(camera.url(), std::string("mode=") + mode));
        PacketLog log(proxy.pad_of("out"));
        proxy.play();
        proxy.wait_for("playing");
        ck_assert(eventually([&] { return log.count_of(GST_EVENT_SEGMENT) == 1; }));
        ck_assert(gst_element_send_event(proxy.pipeline(), gst_event_new_eos()));
        proxy.wait_for("stopped");
        ck_assert(static_cast<bool>(proxy.messages().next(GST_MESSAGE_EOS)));
        ck_assert(camera.is_left());
    }
}
END_TEST

START_TEST(test_an_eos_event_before_anything_came_ends_the_streams) {
    SilentServer silent;
    for (const char *properties : {"mode=rtp", "mode=encoded", "on-demand=true"}) {
        Proxy proxy(proxy_line(silent.url(), properties));
        PacketLog log(proxy.pad_of("out"));
        proxy.play();
        proxy.wait_for(strstr(properties, "on-demand") ? "idle" : "connecting");
        ck_assert(gst_element_send_event(proxy.pipeline(), gst_event_new_eos()));
        ck_assert_msg(static_cast<bool>(proxy.messages().next(GST_MESSAGE_EOS)), "%s", properties);
        for (const GstEventType event : {GST_EVENT_STREAM_START, GST_EVENT_SEGMENT, GST_EVENT_EOS})
            ck_assert_uint_eq(log.count_of(event), 1);
    }
}
END_TEST

START_TEST(test_an_eos_event_after_the_description_ends_the_streams) {
    Camera camera("appsrc name=silent is-live=true format=time caps=audio/x-mulaw,rate=8000,channels=1 ! sink.");
    for (const char *mode : {"rtp", "encoded"}) {
        Proxy proxy(proxy_line(camera.url(), std::string("mode=") + mode));
        PacketLog log(proxy.pad_of("out"));
        proxy.play();
        ck_assert(eventually([&] { return proxy.element()->numsrcpads == 1; }));
        ck_assert(gst_element_send_event(proxy.pipeline(), gst_event_new_eos()));
        ck_assert_msg(static_cast<bool>(proxy.messages().next(GST_MESSAGE_EOS)), "%s", mode);
    }
}
END_TEST

START_TEST(test_after_an_eos_event_it_begins_anew_from_ready) {
    Camera camera;
    Proxy proxy(proxy_line(camera.url()));
    proxy.play();
    proxy.wait_for("playing");
    ck_assert(gst_element_send_event(proxy.pipeline(), gst_event_new_eos()));
    ck_assert(static_cast<bool>(proxy.messages().next(GST_MESSAGE_EOS)));
    ck_assert(camera.is_left());
    gst_element_set_state(proxy.pipeline(), GST_STATE_PAUSED);
    proxy.play();
    ck_assert(static_cast<bool>(proxy.messages().next(GST_MESSAGE_EOS)));  // sinks say it again
    spend(std::chrono::milliseconds(100));                                 // nobody connects
    ck_assert_uint_eq(camera.sessions(), 0);
    gst_element_set_state(proxy.pipeline(), GST_STATE_READY);
    ck_assert(!gst_element_send_event(proxy.element(), gst_event_new_eos()));
    proxy.play();
    proxy.wait_for("playing");
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "proxy_continuity",
        {test_plays_what_the_camera_has_live_and_without_an_end, test_latency_is_what_packets_are_waited_for,
         test_a_camera_that_restarts_is_one_stream, test_media_time_goes_on_with_the_time_that_passed,
         test_each_stream_has_a_pad_that_stays, test_encoded_frames_are_one_stream_with_their_time_of_capture,
         test_a_pause_is_no_loss, test_an_eos_event_ends_the_streams,
         test_an_eos_event_before_anything_came_ends_the_streams,
         test_an_eos_event_after_the_description_ends_the_streams, test_after_an_eos_event_it_begins_anew_from_ready});
}

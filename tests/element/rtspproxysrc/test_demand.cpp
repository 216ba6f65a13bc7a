// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <string>
#include <vector>

#include "camera.h"
#include "element/connection.h"
#include "element/suite.h"
#include "proxy.h"
#include "support/check_text.h"
#include "support/deadline.h"
#include "watched_log.h"

using namespace rtspsink::test;
using rtspcore::test::assert_text;
using rtspcore::test::eventually;

namespace {

constexpr const char *kPicture =
    " videotestsrc is-live=true ! video/x-raw,format=I420,width=64,height=64,framerate=20/1 ! jpegenc ! sink.";

// The first with `!`, all streams with `:`.
std::string relay_line(const Camera &camera, const std::string &properties, const char *link = "!") {
    return "rtspproxysrc name=proxy location=" + camera.url() + " " + properties + " " + link +
           " rtspsink name=sink service=0 address=127.0.0.1";
}

unsigned port_of(const Proxy &proxy) {
    guint port = 0;
    g_object_get(child(proxy.pipeline(), "sink").get(), "bound-port", &port, nullptr);
    return port;
}

bool shows(Connection &viewer, int packets = 20) {
    for (int i = 0; i < packets; ++i)
        if (!viewer.next_frame())
            return false;
    return true;
}

unsigned occurrences(const std::string &text, const std::string &word) {
    unsigned count = 0;
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++count;
    return count;
}

}  // namespace

START_TEST(test_on_demand_it_is_connected_while_somebody_watches) {
    Camera camera;
    Proxy proxy(relay_line(camera, "on-demand=true close-after=200"));
    proxy.play();
    proxy.wait_for("idle");
    for (int i = 0; i < 3; ++i) {
        ck_assert(camera.is_left());
        {
            Connection viewer(port_of(proxy));
            ck_assert(viewer.play("/test"));
            proxy.wait_for("playing");
            ck_assert(shows(viewer));
            ck_assert_uint_eq(camera.sessions(), 1);
        }
        proxy.wait_for("idle");
    }
}
END_TEST

START_TEST(test_on_demand_the_camera_may_come_after_the_viewer) {
    Camera camera;
    camera.off();
    Proxy proxy(relay_line(camera, "on-demand=true"));
    proxy.play();
    proxy.wait_for("idle");
    Connection viewer(port_of(proxy));
    viewer.send("DESCRIBE", "/test");
    proxy.wait_for("waiting");
    camera.on();
    ck_assert_int_eq(viewer.reply().status, 200);
    proxy.wait_for("playing");
}
END_TEST

START_TEST(test_on_demand_a_viewer_is_told_to_come_again_when_no_camera_comes) {
    Camera camera;
    camera.off();
    Proxy proxy(relay_line(camera, "on-demand=true"));
    proxy.play();
    proxy.wait_for("idle");
    Connection viewer(port_of(proxy));
    const auto begin = std::chrono::steady_clock::now();
    const Reply reply = viewer.request("DESCRIBE", "/test");
    const auto took = std::chrono::steady_clock::now() - begin;
    ck_assert_int_eq(reply.status, 503);
    ck_assert_msg(reply.headers.find("Retry-After: 5\r\n") != std::string::npos, "%s", reply.headers.c_str());
    ck_assert(took > std::chrono::milliseconds(4900) && took < std::chrono::seconds(8));
    camera.on();
    ck_assert(!viewer.describe("/test").empty());
}
END_TEST

START_TEST(test_on_demand_the_first_description_has_all_streams) {
    Camera camera(std::string(Camera::kSound) + kPicture);
    Proxy proxy(relay_line(camera, "on-demand=true", ":"));
    proxy.play();
    Connection viewer(port_of(proxy));
    ck_assert_uint_eq(occurrences(viewer.describe("/test"), "\nm="), 2);
    proxy.wait_for("playing");
}
END_TEST

START_TEST(test_on_demand_once_described_a_viewer_is_answered_without_the_camera) {
    Camera camera;
    Proxy proxy(relay_line(camera, "on-demand=true close-after=0"));
    proxy.play();
    ck_assert(!Connection(port_of(proxy)).describe("/test").empty());
    proxy.wait_for("idle");
    proxy.wait_for("idle");
    camera.off();
    ck_assert(!Connection(port_of(proxy)).describe("/test").empty());
}
END_TEST

START_TEST(test_upstream_is_told_how_many_watch) {
    Camera camera;
    Proxy proxy(relay_line(camera, ""));
    proxy.play();
    proxy.wait_for("playing");
    const WatchedLog log(proxy.source_pad());
    Connection first(port_of(proxy));
    ck_assert(eventually([&] { return first.play("/test"); }));
    ck_assert(eventually([&] { return log.last() == 1U; }));
    {
        Connection second(port_of(proxy));
        ck_assert(second.play("/test"));
        ck_assert(eventually([&] { return log.last() == 2U; }));
    }
    ck_assert(eventually([&] { return log.last() == 1U; }));
}
END_TEST

START_TEST(test_on_gap_close_ends_the_viewers_and_serves_again) {
    Camera camera;
    Proxy proxy(relay_line(camera, "on-gap=close"));
    proxy.play();
    for (int i = 0; i < 2; ++i) {
        proxy.wait_for("playing");
        Connection viewer(port_of(proxy));
        ck_assert(viewer.play("/test"));
        ck_assert(shows(viewer));
        camera.off();
        ck_assert(viewer.is_closed_by_server());
        Connection next(port_of(proxy));
        next.send("DESCRIBE", "/test");
        camera.on();
        ck_assert_int_eq(next.reply().status, 200);
    }
    proxy.wait_for("playing");
}
END_TEST

START_TEST(test_on_gap_hold_keeps_the_viewers) {
    Camera camera;
    Proxy proxy(relay_line(camera, "on-gap=hold"));
    proxy.play();
    proxy.wait_for("playing");
    Connection viewer(port_of(proxy));
    ck_assert(viewer.play("/test"));
    camera.off();
    proxy.wait_for("waiting");
    camera.on();
    proxy.wait_for("playing");
    ck_assert(shows(viewer, 100));
}
END_TEST

START_TEST(test_with_another_location_at_hand_there_is_no_gap) {
    Camera better;
    Camera other;
    Proxy proxy("rtspproxysrc name=proxy on-gap=close locations=" + better.url() + "," + other.url() +
                " ! rtspsink name=sink service=0 address=127.0.0.1");
    proxy.play();
    proxy.wait_for("playing");
    Connection viewer(port_of(proxy));
    ck_assert(viewer.play("/test"));
    better.off();
    assert_text(text_in(proxy.wait_for("playing").get(), "location"), other.url());
    ck_assert(shows(viewer, 100));
}
END_TEST

int main(int argc, char **argv) {
    return run_element_suite(
        argc, argv, "proxy_demand",
        {test_on_demand_it_is_connected_while_somebody_watches, test_on_demand_the_camera_may_come_after_the_viewer,
         test_on_demand_a_viewer_is_told_to_come_again_when_no_camera_comes,
         test_on_demand_the_first_description_has_all_streams,
         test_on_demand_once_described_a_viewer_is_answered_without_the_camera, test_upstream_is_told_how_many_watch,
         test_on_gap_close_ends_the_viewers_and_serves_again, test_on_gap_hold_keeps_the_viewers,
         test_with_another_location_at_hand_there_is_no_gap});
}

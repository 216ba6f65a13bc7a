// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "camera.h"
#include "element/suite.h"
#include "packet_log.h"
#include "proxy.h"
#include "silent_server.h"
#include "support/check_text.h"

using namespace rtspsink::test;
using rtspcore::Ref;
using rtspcore::test::assert_text;

namespace {

void assert_no_password(const std::string &text) {
    for (const char *word : {"secret", "right"})
        ck_assert_msg(text.find(word) == std::string::npos, "%s", text.c_str());
}

void assert_no_password(GstMessage *message) {
    gchar *text = gst_structure_to_string(gst_message_get_structure(message));
    assert_no_password(std::string(text));
    g_free(text);
}

}  // namespace

START_TEST(test_what_is_wrong_is_told_with_its_reason_and_without_the_password) {
    Camera camera(Camera::kSound, "auth=user:right");
    SilentServer silent;
    SilentServer nobody;
    nobody.close();
    const std::string other_path = camera.url("user:right@").replace(camera.url("user:right@").rfind('/'), 5, "/none");
    const struct {
        std::string location;
        const char *reason;
    } cases[] = {
        {nobody.url("u:secret@"), "unreachable"},
        {silent.url("u:secret@"), "unreachable"},
        {camera.url("user:secret@"), "unauthorized"},
        {other_path, "not-found"},
    };
    for (const auto &[location, reason] : cases) {
        Proxy proxy(proxy_line(location, "timeout=500"));
        proxy.play();
        const auto message = proxy.wait_for_reason(reason);
        assert_text(nick_in(message.get(), "state"), "waiting");
        const std::string where = text_in(message.get(), "location");
        assert_text(text_in(message.get(), "text").substr(0, where.size() + 2), where + ": ");
        assert_no_password(message.get());
    }
}
END_TEST

START_TEST(test_an_outage_is_warned_of_once_and_without_the_password) {
    Camera camera(Camera::kSound, "auth=user:right");
    camera.off();
    Proxy proxy(proxy_line(camera.url("user:right@"), "backoff-min=10 backoff-max=20"));
    proxy.play();
    const std::string warning = proxy.messages().next_warning();
    const std::string place = camera.url("user:***@") + ": no connection";
    assert_text(warning.substr(0, place.size()), place);
    ck_assert_msg(warning.find("tries again by itself") != std::string::npos, "%s", warning.c_str());
    for (unsigned waits = 0; waits < 5;) {
        const auto message =
            proxy.messages().next(static_cast<GstMessageType>(GST_MESSAGE_ELEMENT | GST_MESSAGE_WARNING));
        ck_assert(message && GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_WARNING);
        waits += nick_in(message.get(), "state") == "waiting" ? 1 : 0;
    }
    camera.on();
    proxy.wait_for("playing");
}
END_TEST

START_TEST(test_credentials_that_change_are_taken_with_the_next_attempt) {
    Camera camera(Camera::kSound, "auth=user:right");
    Proxy proxy(proxy_line(camera.url(), "user-id=user user-pw=wrong backoff-min=10 backoff-max=20"));
    proxy.play();
    proxy.wait_for_reason("unauthorized");
    g_object_set(proxy.element(), "user-pw", "right", nullptr);
    proxy.wait_for("playing");
}
END_TEST

START_TEST(test_a_camera_that_falls_silent_is_connected_anew) {
    Camera camera("appsrc name=silent is-live=true format=time caps=audio/x-mulaw,rate=8000,channels=1 ! sink.");
    Proxy proxy(proxy_line(camera.url(), "timeout=300 transports=tcp"));
    proxy.play();
    proxy.wait_for_reason("no-data");
    proxy.wait_for("connecting");
}
END_TEST

START_TEST(test_one_packet_has_one_time) {
    Camera camera;
    Proxy proxy(proxy_line(camera.url(), "backoff-min=10 backoff-max=20"));
    proxy.play();
    proxy.wait_for("playing");
    camera.off();
    const auto first = proxy.wait_for("waiting");
    const auto second = proxy.wait_for("waiting");
    guint64 times[2] = {};
    gst_structure_get_uint64(gst_message_get_structure(first.get()), "last-packet", &times[0]);
    gst_structure_get_uint64(gst_message_get_structure(second.get()), "last-packet", &times[1]);
    ck_assert_uint_gt(times[0], 0);
    ck_assert_uint_eq(times[0], times[1]);
}
END_TEST

START_TEST(test_a_circle_of_proxies_is_not_closed) {
    Camera camera;
    SilentServer free_port;
    free_port.close();
    const std::string sink = " ! rtspsink name=sink address=127.0.0.1 service=";
    Proxy second("rtspproxysrc name=proxy location=" + free_port.url() + sink + "0");
    second.play();
    guint port = 0;
    g_object_get(child(second.pipeline(), "sink").get(), "bound-port", &port, nullptr);
    Proxy first("rtspproxysrc name=proxy locations=" + camera.url() + ",rtsp://u:secret@127.0.0.1:" +
                std::to_string(port) + "/test" + sink + std::to_string(free_port.port()));
    first.play();
    first.wait_for("playing");
    second.wait_for("playing");
    camera.off();
    const auto message = first.wait_for_reason("loop");
    ck_assert(text_in(message.get(), "text").find("'location'") != std::string::npos);
    assert_no_password(message.get());
    camera.on();
    first.wait_for("playing");
}
END_TEST

START_TEST(test_on_failure_error_posts_the_reason) {
    SilentServer nobody;
    nobody.close();
    Proxy proxy(proxy_line(nobody.url("u:secret@"), "on-failure=error"));
    proxy.play();
    const std::string error = proxy.messages().next_error();
    ck_assert_msg(error.find("'location'") != std::string::npos, "%s", error.c_str());
    assert_no_password(error);
}
END_TEST

START_TEST(test_on_failure_eos_ends_the_streams_that_were) {
    Camera camera;
    Proxy proxy(proxy_line(camera.url(), "on-failure=eos"));
    PacketLog log(proxy.pad_of("out"));
    proxy.play();
    ck_assert(log.wait_for(5));
    camera.off();
    ck_assert(static_cast<bool>(proxy.messages().next(GST_MESSAGE_EOS)));
}
END_TEST

START_TEST(test_on_failure_eos_without_any_stream_posts_the_reason) {
    SilentServer nobody;
    nobody.close();
    Proxy proxy(proxy_line(nobody.url("u:secret@"), "on-failure=eos"));
    proxy.play();
    const std::string error = proxy.messages().next_error();
    ck_assert_msg(error.find("'location'") != std::string::npos, "%s", error.c_str());
    assert_no_password(error);
}
END_TEST

START_TEST(test_settings_that_cannot_be_used_fail_in_ready_and_are_named) {
    constexpr const char *kCases[][2] = {
        {"", "'location'"},
        {"location=http://u:secret@camera/1", "'http://u:***@camera/1'"},
        {"locations=rtsp://a/1,camera", "'locations': 'camera'"},
        {"location=rtsp://u:secret@a/1 locations=rtsp://b/1", "'rtsp://u:***@a/1' cannot be used: 'locations'"},
        {"location=rtsp://a/1 transports=sctp", "'transports': 'sctp'"},
        {"location=rtsps://a/1 tls-fingerprint=12:34", "'tls-fingerprint': '12:34'"},
        {"location=rtsps://a/1 tls-ca=/none.pem", "'tls-ca': '/none.pem'"},
    };
    for (const auto &[properties, named] : kCases) {
        Proxy proxy(std::string("rtspproxysrc name=proxy ") + properties + " ! fakesink");
        ck_assert_int_eq(gst_element_set_state(proxy.pipeline(), GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
        const std::string error = proxy.messages().next_error();
        ck_assert_msg(error.find(named) != std::string::npos, "%s: %s", properties, error.c_str());
    }
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "proxy_failures",
        {test_what_is_wrong_is_told_with_its_reason_and_without_the_password,
         test_an_outage_is_warned_of_once_and_without_the_password,
         test_credentials_that_change_are_taken_with_the_next_attempt,
         test_a_camera_that_falls_silent_is_connected_anew, test_one_packet_has_one_time,
         test_a_circle_of_proxies_is_not_closed, test_on_failure_error_posts_the_reason,
         test_on_failure_eos_ends_the_streams_that_were, test_on_failure_eos_without_any_stream_posts_the_reason,
         test_settings_that_cannot_be_used_fail_in_ready_and_are_named});
}

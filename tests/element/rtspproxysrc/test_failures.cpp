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

std::string string_property(GstElement *element, const char *name) {
    gchar *text = nullptr;
    g_object_get(element, name, &text, nullptr);
    const std::string value = text ? text : "";
    g_free(text);
    return value;
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
        gchar *text = gst_structure_to_string(gst_message_get_structure(message.get()));
        ck_assert_msg(!strstr(text, "secret") && !strstr(text, "right"), "%s", text);
        g_free(text);
    }
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

START_TEST(test_a_circle_of_proxies_is_not_closed) {
    Camera camera;
    SilentServer free_port;
    free_port.close();
    const std::string sink = " ! rtspsink name=sink address=127.0.0.1 service=";
    Proxy second("rtspproxysrc name=proxy location=" + free_port.url() + sink + "0");
    second.play();
    guint port = 0;
    g_object_get(child(second.pipeline(), "sink").get(), "bound-port", &port, nullptr);
    Proxy first("rtspproxysrc name=proxy locations=" + camera.url() + ",rtsp://127.0.0.1:" + std::to_string(port) +
                "/test" + sink + std::to_string(free_port.port()));
    first.play();
    first.wait_for("playing");
    second.wait_for("playing");
    camera.off();
    const auto message = first.wait_for_reason("loop");
    ck_assert(text_in(message.get(), "text").find("'location'") != std::string::npos);
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

START_TEST(test_settings_that_cannot_be_used_fail_in_ready_and_are_named) {
    constexpr const char *kCases[][2] = {
        {"", "'location'"},
        {"location=http://u:secret@camera/1", "'http://u:***@camera/1'"},
        {"locations=rtsp://a/1,camera", "'locations': 'camera'"},
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

START_TEST(test_passwords_cannot_be_read) {
    Camera camera(Camera::kSound, "auth=user:right");
    Proxy proxy(proxy_line(camera.url("user:right@"), "user-id=user user-pw=right"));
    proxy.play();
    proxy.wait_for("playing");
    assert_text(string_property(proxy.element(), "location"), camera.url("user:***@"));
    gchar *dot = gst_debug_bin_to_dot_data(GST_BIN(proxy.pipeline()), GST_DEBUG_GRAPH_SHOW_ALL);
    ck_assert_msg(!strstr(dot, "right"), "%s", dot);
    g_free(dot);
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "proxy_failures",
        {test_what_is_wrong_is_told_with_its_reason_and_without_the_password,
         test_credentials_that_change_are_taken_with_the_next_attempt,
         test_a_camera_that_falls_silent_is_connected_anew, test_a_circle_of_proxies_is_not_closed,
         test_on_failure_error_posts_the_reason, test_on_failure_eos_ends_the_streams_that_were,
         test_settings_that_cannot_be_used_fail_in_ready_and_are_named, test_passwords_cannot_be_read});
}

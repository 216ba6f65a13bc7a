// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstring>
#include <string>

#include "camera.h"
#include "debug_log.h"
#include "element/suite.h"
#include "proxy.h"
#include "silent_server.h"
#include "support/check_text.h"

using namespace rtspsink::test;
using rtspcore::test::assert_text;

namespace {

std::string string_property(GstElement *element, const char *name) {
    gchar *text = nullptr;
    g_object_get(element, name, &text, nullptr);
    const std::string value = text ? text : "";
    g_free(text);
    return value;
}

void assert_dot_lacks(GstElement *pipeline, const char *word) {
    gchar *dot = gst_debug_bin_to_dot_data(GST_BIN(pipeline), GST_DEBUG_GRAPH_SHOW_ALL);
    ck_assert_msg(!strstr(dot, word), "%s", dot);
    g_free(dot);
}

}  // namespace

START_TEST(test_passwords_cannot_be_read) {
    Camera camera(Camera::kSound, "auth=user:right");
    Proxy proxy(proxy_line(camera.url("user:right@"), "user-id=user user-pw=right"));
    proxy.play();
    proxy.wait_for("playing");
    assert_text(string_property(proxy.element(), "location"), camera.url("user:***@"));
    assert_dot_lacks(proxy.pipeline(), "right");
}
END_TEST

START_TEST(test_passwords_are_in_no_debug_log) {
    constexpr const char *kWord = "ver#traulich";
    const std::string in_url = "user:ver%23traulich@";
    Camera camera(Camera::kSound, std::string("auth=user:") + kWord);
    Camera other(Camera::kSound, "auth=user:other");
    SilentServer nobody;
    nobody.close();
    const struct {
        std::string location;
        const char *password;
        const char *state;
    } cases[] = {
        {camera.url(in_url), nullptr, "playing"}, {camera.url(), kWord, "playing"},
        {other.url(in_url), nullptr, "waiting"},  {other.url(), kWord, "waiting"},
        {nobody.url(in_url), kWord, "waiting"},
    };
    for (const auto &[location, password, state] : cases) {
        Proxy proxy(proxy_line("rtsp://none"));
        const DebugLog log("rtspsrc:6,rtspproxysrc:9,GST_BUS:6,rtsp*:6,*:5");
        // By the line they would be in what gst_parse_launch() itself logs.
        g_object_set(proxy.element(), "location", location.c_str(), "user-id", "user", "user-pw", password, nullptr);
        proxy.play();
        proxy.wait_for(state);
        assert_dot_lacks(proxy.pipeline(), "traulich");
        gst_element_set_state(proxy.pipeline(), GST_STATE_NULL);
        ck_assert(!DebugLog::line_with("rtspsrc: set uri").empty());
        assert_text(DebugLog::line_with("traulich"), "");
    }
}
END_TEST

START_TEST(test_credentials_are_taken_wherever_they_are_told) {
    Camera camera(Camera::kSound, "auth=us@er:pa:ss/w%rd");
    for (const std::string transport : {"tcp", "udp", "http"}) {
        for (const bool is_in_url : {true, false}) {
            Proxy proxy(proxy_line(camera.url(is_in_url ? "us%40er:pa:ss%2Fw%25rd@" : ""), "transports=" + transport));
            // Those of the URL come first.
            g_object_set(proxy.element(), "user-id", is_in_url ? "other" : "us@er", "user-pw",
                         is_in_url ? "other" : "pa:ss/w%rd", nullptr);
            proxy.play();
            assert_text(text_in(proxy.wait_for("playing").get(), "transport"), transport);
        }
    }
}
END_TEST

START_TEST(test_wrong_credentials_are_sent_once_an_attempt) {
    Camera camera(Camera::kSound, "auth=user:right");
    for (const bool is_in_url : {true, false}) {
        const unsigned before = camera.requests();
        Proxy proxy(proxy_line(camera.url(is_in_url ? "user:wrong@" : ""), "user-id=user user-pw=wrong"));
        proxy.play();
        proxy.wait_for_reason("unauthorized");
        ck_assert_uint_eq(camera.requests() - before, 3);  // OPTIONS, DESCRIBE, DESCRIBE with credentials
    }
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "proxy_secrets",
        {test_passwords_cannot_be_read, test_passwords_are_in_no_debug_log,
         test_credentials_are_taken_wherever_they_are_told, test_wrong_credentials_are_sent_once_an_attempt});
}

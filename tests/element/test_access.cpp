// SPDX-License-Identifier: LGPL-2.1-or-later
#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "connection.h"
#include "messages.h"
#include "sink_harness.h"
#include "suite.h"
#include "support/deadline.h"
#include "support/free_port.h"

using rtspcore::Ref;
using rtspcore::test::eventually;
using rtspcore::test::free_port;
using rtspsink::test::Connection;
using rtspsink::test::h264_key_unit;
using rtspsink::test::h264_rtp_caps;
using rtspsink::test::make_sink;
using rtspsink::test::Messages;
using rtspsink::test::SinkHarness;

namespace {

// "user:pass" and "adrian:cervantes"
constexpr const char *kUser = "Authorization: Basic dXNlcjpwYXNz\r\n";
constexpr const char *kAdrian = "Authorization: Basic YWRyaWFuOmNlcnZhbnRlcw==\r\n";

const std::string kLocal = "address=127.0.0.1 ";

void begin(SinkHarness &harness) {
    harness.set_caps(h264_rtp_caps());
    ck_assert_int_eq(harness.push_packet(h264_key_unit()), GST_FLOW_OK);
}

int describe(unsigned port, const char *headers = "") {
    return Connection(port).request("DESCRIBE", "/test", headers).status;
}

// The text of the error that READY fails with; empty if it does not.
std::string error_of(const std::string &properties) {
    const auto sink = make_sink(kLocal + properties);
    Messages messages(sink.get());
    const bool failed = gst_element_set_state(sink.get(), GST_STATE_READY) == GST_STATE_CHANGE_FAILURE;
    const std::string error = messages.next_error(0);
    gst_element_set_state(sink.get(), GST_STATE_NULL);
    ck_assert_msg(failed == !error.empty(), "%s", properties.c_str());
    return error;
}

}  // namespace

START_TEST(test_auth_opens_to_who_knows_a_password) {
    SinkHarness harness("auth=adrian:cervantes,user1,user:pass");
    ck_assert(harness.messages().next_warning().find("'auth': entry 2") != std::string::npos);
    begin(harness);
    ck_assert_int_eq(describe(harness.port()), 401);
    ck_assert_int_eq(describe(harness.port(), kUser), 200);
    ck_assert_int_eq(describe(harness.port(), kAdrian), 200);
}
END_TEST

START_TEST(test_auth_realm_is_what_viewers_are_asked_the_password_for) {
    const struct {
        const char *properties;
        const char *realm;
    } kCases[] = {{"", "rtspsink"}, {" auth-realm=cameras", "cameras"}, {" auth-realm=\"North gate\"", "North gate"}};
    for (const auto &[properties, realm] : kCases) {
        SinkHarness harness((std::string("auth=user:pass") + properties).c_str());
        begin(harness);
        const auto refused = Connection(harness.port()).request("DESCRIBE", "/test");
        ck_assert_int_eq(refused.status, 401);
        const std::string own = std::string(" realm=\"") + realm + "\"";
        unsigned challenges = 0;
        for (size_t at = 0; (at = refused.headers.find("WWW-Authenticate: ", at)) != std::string::npos; ++challenges) {
            const size_t end = refused.headers.find("\r\n", at);
            const std::string challenge = refused.headers.substr(at, end - at);
            ck_assert_msg(challenge.find(own) != std::string::npos, "%s", challenge.c_str());
            at = end;
        }
        ck_assert_msg(challenges == 3, "SHA-256, MD5, Basic: %s", refused.headers.c_str());
        ck_assert_int_eq(describe(harness.port(), kUser), 200);
    }
}
END_TEST

START_TEST(test_access_settings_that_cannot_be_used_are_named_and_secrets_are_not_shown) {
    const struct {
        const char *properties;
        const char *named;
    } kCases[] = {
        {"auth=hidden", "'auth'"},
        {"auth=\"\"", "'auth'"},
        {"auth=hidden,secret", "'auth'"},
        {"auth=a:b auth-realm=a:b", "'auth-realm': 'a:b'"},
        {"auth-methods=0", "'auth-methods'"},
        {"auth-file=/none/of/that", "'auth-file': '/none/of/that'"},
        {"auth-file=/dev/null", "'auth-file': '/dev/null'"},
        {"token-keys=hidden", "'token-keys'"},
        {"token-keys=0123456789abcdef,hidden", "'token-keys'"},
        {"token-keys=\"\"", "'token-keys'"},
        {"allow=lan", "'allow': 'lan'"},
        {"deny=10.0.0.0/8,10/8", "'deny': '10/8'"},
        {"trusted-proxies=x", "'trusted-proxies': 'x'"},
        {"websocket-origins=https://viewer.example/", "'websocket-origins': 'https://viewer.example/'"},
    };
    for (const auto &[properties, named] : kCases) {
        const std::string error = error_of(std::string("service=0 ") + properties);
        ck_assert_msg(error.find(named) != std::string::npos, "%s: %s", properties, error.c_str());
        ck_assert_msg(error.find("hidden") == std::string::npos, "%s", error.c_str());
    }
}
END_TEST

START_TEST(test_secrets_cannot_be_read) {
    const auto sink = make_sink(kLocal);
    const auto pad = Ref<GstPad>::adopt(gst_element_request_pad_simple(sink.get(), "sink_%u"));
    for (const char *name : {"auth", "token-keys"})
        ck_assert((g_object_class_find_property(G_OBJECT_GET_CLASS(sink.get()), name)->flags & G_PARAM_READABLE) == 0);
    ck_assert((g_object_class_find_property(G_OBJECT_GET_CLASS(pad.get()), "auth")->flags & G_PARAM_READABLE) == 0);
}
END_TEST

START_TEST(test_auth_of_a_pad_is_that_of_its_mapping) {
    SinkHarness harness("auth=adrian:cervantes");
    gst_child_proxy_set(GST_CHILD_PROXY(harness.element()), "sink_0::auth", "user:pass", nullptr);
    begin(harness);
    ck_assert_int_eq(describe(harness.port(), kUser), 200);
    ck_assert_int_eq(describe(harness.port(), kAdrian), 401);
    gst_child_proxy_set(GST_CHILD_PROXY(harness.element()), "sink_0::auth", "hidden", nullptr);
    const std::string error = harness.messages().next_error();
    ck_assert_msg(error.find("'auth'") != std::string::npos && error.find("hidden") == std::string::npos, "%s",
                  error.c_str());
    ck_assert_msg(describe(harness.port(), kUser) == 401, "what cannot be read opens no door");
    gst_child_proxy_set(GST_CHILD_PROXY(harness.element()), "sink_0::auth", nullptr, nullptr);
    ck_assert_int_eq(describe(harness.port(), kAdrian), 200);
}
END_TEST

START_TEST(test_auth_of_a_pad_that_cannot_be_used_fails_in_ready) {
    const auto sink = make_sink(kLocal + "service=0");
    Messages messages(sink.get());
    const auto pad = Ref<GstPad>::adopt(gst_element_request_pad_simple(sink.get(), "sink_%u"));
    g_object_set(pad.get(), "auth", "hidden", nullptr);
    ck_assert_int_eq(gst_element_set_state(sink.get(), GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
    ck_assert(messages.next_error(0).find("'auth'") != std::string::npos);
    gst_element_set_state(sink.get(), GST_STATE_NULL);
}
END_TEST

START_TEST(test_element_that_shares_a_port_cannot_have_other_rules) {
    const std::string shared = "service=" + std::to_string(free_port()) + " ";
    const auto open = make_sink(kLocal + shared);
    ck_assert_int_eq(gst_element_set_state(open.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    const std::string error = error_of(shared + "auth=user:pass");
    ck_assert_msg(error.find("'auth'") != std::string::npos && error.find("'service'") != std::string::npos, "%s",
                  error.c_str());
    ck_assert(error_of(shared).empty());
    gst_element_set_state(open.get(), GST_STATE_NULL);
    ck_assert(error_of(shared + "auth=user:pass").empty());
}
END_TEST

namespace {

// A handler of `authorize` that answers as the test says.
struct Application {
    int verdict = 0;
    std::atomic<guint64> request{0};
    std::string asked;
};

int on_authorize(GstElement *, guint64 request, GstStructure *details, gpointer data) {
    auto *application = static_cast<Application *>(data);
    gchar *text = gst_structure_to_string(details);
    application->asked = text;
    g_free(text);
    application->request = request;
    return application->verdict;
}

}  // namespace

START_TEST(test_authorize_asks_the_application) {
    constexpr int kAllow = 1;
    constexpr int kRefuse = 2;
    Application application;
    SinkHarness harness("auth=user:pass");
    g_signal_connect(harness.element(), "authorize", G_CALLBACK(on_authorize), &application);
    begin(harness);
    ck_assert_int_eq(describe(harness.port()), 401);
    ck_assert_msg(application.request == 0, "who has no password is not asked about");
    application.verdict = kAllow;
    ck_assert_int_eq(describe(harness.port(), kUser), 200);
    for (const char *part : {"user=(string)user", "address=(string)127.0.0.1", "mapping=(string)/test", "DESCRIBE"})
        ck_assert_msg(application.asked.find(part) != std::string::npos, "%s", application.asked.c_str());
    application.verdict = kRefuse;
    ck_assert_int_eq(describe(harness.port(), kUser), 403);
}
END_TEST

START_TEST(test_no_answer_in_time_is_a_refusal) {
    Application application;
    SinkHarness harness("authorize-timeout=100");
    g_signal_connect(harness.element(), "authorize", G_CALLBACK(on_authorize), &application);
    begin(harness);
    ck_assert_int_eq(describe(harness.port()), 403);
}
END_TEST

START_TEST(test_authorize_is_answered_later) {
    Application application;
    SinkHarness harness("");
    g_signal_connect(harness.element(), "authorize", G_CALLBACK(on_authorize), &application);
    begin(harness);
    struct Later {
        GstElement *element;
        Application &application;
    } later{harness.element(), application};
    GThread *thread = g_thread_new(
        "later",
        [](gpointer data) -> gpointer {
            const auto *self = static_cast<Later *>(data);
            (void)eventually([&] { return self->application.request != 0; });
            gboolean waits = FALSE;
            g_signal_emit_by_name(self->element, "decide", self->application.request.load(), TRUE, &waits);
            return GINT_TO_POINTER(waits);
        },
        &later);
    ck_assert_int_eq(describe(harness.port()), 200);
    ck_assert(GPOINTER_TO_INT(g_thread_join(thread)) == TRUE);
    gboolean waits = TRUE;
    g_signal_emit_by_name(harness.element(), "decide", application.request.load(), TRUE, &waits);
    ck_assert(!waits);
}
END_TEST

START_TEST(test_stop_ends_when_the_handler_of_authorize_has) {
    struct Slow {
        unsigned port = 0;
        std::atomic<bool> entered{false};
        std::atomic<bool> ended{false};
    } slow;
    SinkHarness harness("");
    slow.port = harness.port();
    g_signal_connect(harness.element(), "authorize", G_CALLBACK(+[](GstElement *, guint64, GstStructure *, Slow *self) {
                         self->entered = true;
                         (void)eventually([&] { return !Connection(self->port).is_open(); });
                         self->ended = true;
                         return 0;
                     }),
                     &slow);
    begin(harness);
    Connection viewer(slow.port);
    ck_assert(viewer.send("DESCRIBE", "/test"));
    ck_assert(eventually([&] { return slow.entered.load(); }));
    gst_element_set_state(harness.element(), GST_STATE_NULL);
    ck_assert(slow.ended);
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "access",
        {
            test_auth_opens_to_who_knows_a_password,
            test_auth_realm_is_what_viewers_are_asked_the_password_for,
            test_access_settings_that_cannot_be_used_are_named_and_secrets_are_not_shown,
            test_secrets_cannot_be_read,
            test_auth_of_a_pad_is_that_of_its_mapping,
            test_auth_of_a_pad_that_cannot_be_used_fails_in_ready,
            test_element_that_shares_a_port_cannot_have_other_rules,
            test_authorize_asks_the_application,
            test_no_answer_in_time_is_a_refusal,
            test_authorize_is_answered_later,
            test_stop_ends_when_the_handler_of_authorize_has,
        });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include <string>

#include "rtspproxysrc/failure.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspproxy;
using rtspcore::test::assert_text;

START_TEST(test_failure_of_names_the_reason_and_the_fix) {
    struct Case {
        int code;
        const char *message;
        const char *details;
        Reason reason;
        const char *named;
    };
    // As rtspsrc says them.
    constexpr Case kCases[] = {
        {GST_RESOURCE_ERROR_OPEN_READ_WRITE, "Could not open resource for reading and writing.",
         "gstrtspsrc.c(1): x ():\nFailed to connect. (Generic error)", Reason::Unreachable, "'location'"},
        {GST_RESOURCE_ERROR_NOT_AUTHORIZED, "Unauthorized", "gstrtspsrc.c(1): x ():\nUnauthorized (401)",
         Reason::Unauthorized, "'user-pw'"},
        {GST_RESOURCE_ERROR_OPEN_READ, "Could not open resource for reading.",
         "gstrtspsrc.c(1): x ():\nNo supported authentication protocol was found", Reason::None, ""},
        {GST_RESOURCE_ERROR_NOT_FOUND, "Not found", "gstrtspsrc.c(1): x ():\nNot Found (404)", Reason::NotFound,
         "path"},
        {GST_RESOURCE_ERROR_OPEN_READ, "Could not read from resource.", "Got error response: 461", Reason::Refused,
         "'transports'"},
        {GST_RESOURCE_ERROR_SETTINGS, "No supported stream was found.", nullptr, Reason::BadDescription, "'location'"},
        {GST_RESOURCE_ERROR_BUSY, "Busy", nullptr, Reason::Broken, "Busy"},
    };
    for (const auto &[code, message, details, reason, named] : kCases) {
        GError *error = g_error_new_literal(GST_RESOURCE_ERROR, code, message);
        const Failure failure = failure_of(*error, details);
        g_error_free(error);
        ck_assert_str_eq(nick(failure.reason), nick(reason));
        ck_assert_msg(failure.text.find(named) != std::string::npos, "%s", failure.text.c_str());
    }
}
END_TEST

START_TEST(test_failure_of_never_tells_a_password) {
    GError *error =
        g_error_new_literal(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, "No rtsp://u:secret@camera/1");
    const Failure failure = failure_of(*error, "x\nrtsp://u:secret@camera/1 failed");
    g_error_free(error);
    ck_assert(failure.text.find("secret") == std::string::npos);
}
END_TEST

START_TEST(test_failure_says_in_one_sentence_where_and_what) {
    const struct {
        int code;
        const char *details;
        const char *text;
    } cases[] = {
        {GST_RESOURCE_ERROR_OPEN_READ_WRITE, "x:\nFailed to connect. (Generic error)",
         "rtsp://u:***@camera/1: no connection: no such host, nobody listens at the port, or, for rtsps:, no TLS "
         "there. Check host and port of 'location', and that the camera is on."},
        {GST_RESOURCE_ERROR_READ, "x:\nCould not receive message. (Parse error)",
         "rtsp://u:***@camera/1: what answers there does not speak RTSP. Check host and port of 'location', and that "
         "the camera is on."},
        {GST_RESOURCE_ERROR_NOT_AUTHORIZED, "x:\nUnauthorized (401)",
         "rtsp://u:***@camera/1: the server answers 'Unauthorized (401)'. Check 'user-id' and 'user-pw', or the user "
         "and password in 'location'."},
        {GST_RESOURCE_ERROR_NOT_FOUND, "x:\nNot Found (404)",
         "rtsp://u:***@camera/1: the server answers 'Not Found (404)'. Check the path in 'location'."},
    };
    for (const auto &[code, details, text] : cases) {
        GError *error = g_error_new_literal(GST_RESOURCE_ERROR, code, "Could not open resource.");
        assert_text(failure_at("rtsp://u:secret@camera/1", failure_of(*error, details)).text, text);
        g_error_free(error);
    }
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "failure", {test_failure_of_names_the_reason_and_the_fix, test_failure_says_in_one_sentence_where_and_what,
                    test_failure_of_never_tells_a_password});
}

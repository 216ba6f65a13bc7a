// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include <string>

#include "rtspproxysrc/failure.h"
#include "support/check_suite.h"

using namespace rtspproxy;

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

int main() {
    return rtspcore::test::run_suite(
        "failure", {test_failure_of_names_the_reason_and_the_fix, test_failure_of_never_tells_a_password});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/status.h"
#include "support/check_suite.h"

using namespace rtspcore;
using rtsp::Status;

START_TEST(test_status_phrase_is_that_of_the_rfc) {
    const struct {
        Status status;
        const char *phrase;
    } cases[] = {
        {Status::Ok, "OK"},
        {Status::NotFound, "Not Found"},
        {Status::SessionNotFound, "Session Not Found"},
        {Status::MethodNotValidInThisState, "Method Not Valid in This State"},
        {Status::UnsupportedTransport, "Unsupported Transport"},
        {Status::KeyManagementFailure, "Key Management Failure"},
        {Status::OptionNotSupported, "Option Not Supported"},
    };
    for (const auto &c : cases)
        ck_assert_str_eq(rtsp::reason_phrase(c.status), c.phrase);
}
END_TEST

START_TEST(test_status_unlisted_code_has_a_phrase) {
    ck_assert_str_eq(rtsp::reason_phrase(static_cast<Status>(299)), "Unknown");
}
END_TEST

int main() {
    return test::run_suite("status", {test_status_phrase_is_that_of_the_rfc, test_status_unlisted_code_has_a_phrase});
}

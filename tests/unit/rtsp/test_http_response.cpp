// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/http_response.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using rtsp::HttpResponse;
using rtsp::HttpStatus;

namespace {

std::string refusal(HttpStatus status) {
    return rtsp::http_refusal({status, "why"}).serialize();
}
bool contains(const std::string &text, const char *part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

START_TEST(test_http_response_is_written_with_its_fields) {
    HttpResponse response;
    response.headers.add("A", "1");
    test::assert_text(response.serialize(), "HTTP/1.1 200 OK\r\nA: 1\r\n\r\n");
    response.status = HttpStatus::Continue;
    response.headers = {};
    test::assert_text(response.serialize(), "HTTP/1.1 100 Continue\r\n\r\n");
}
END_TEST

START_TEST(test_http_response_field_adds_no_lines) {
    HttpResponse response;
    response.headers.add("A", "1\r\nB: 2\n\nbody");
    test::assert_text(response.serialize(), "HTTP/1.1 200 OK\r\nA: 1B: 2body\r\n\r\n");
}
END_TEST

START_TEST(test_http_response_refusal_ends_the_connection_and_tells_why) {
    for (const auto status :
         {HttpStatus::BadRequest, HttpStatus::Forbidden, HttpStatus::NotFound, HttpStatus::MethodNotAllowed,
          HttpStatus::Conflict, HttpStatus::UpgradeRequired, HttpStatus::ServiceUnavailable}) {
        const std::string text = refusal(status);
        ck_assert(text.starts_with("HTTP/1.1 " + std::to_string(static_cast<int>(status)) + " "));
        ck_assert(!text.starts_with("HTTP/1.1 " + std::to_string(static_cast<int>(status)) + " Unknown"));
        ck_assert_msg(contains(text, "close\r\n"), "%s", text.c_str());
        ck_assert(contains(text, "\r\nContent-Length: 4\r\n"));
        ck_assert(text.ends_with("\r\n\r\nwhy\n"));
    }
}
END_TEST

START_TEST(test_http_response_refusal_has_what_its_status_asks_for) {
    ck_assert(contains(refusal(HttpStatus::MethodNotAllowed), "\r\nAllow: GET, POST\r\n"));
    ck_assert(contains(refusal(HttpStatus::ServiceUnavailable), "\r\nRetry-After: 5\r\n"));
    ck_assert(contains(refusal(HttpStatus::UpgradeRequired), "\r\nUpgrade: websocket\r\n"));
    ck_assert(contains(refusal(HttpStatus::UpgradeRequired), "\r\nConnection: Upgrade, close\r\n"));
    ck_assert(contains(refusal(HttpStatus::UpgradeRequired), "\r\nSec-WebSocket-Version: 13\r\n"));
}
END_TEST

int main() {
    return test::run_suite("http_response",
                           {test_http_response_is_written_with_its_fields, test_http_response_field_adds_no_lines,
                            test_http_response_refusal_ends_the_connection_and_tells_why,
                            test_http_response_refusal_has_what_its_status_asks_for});
}

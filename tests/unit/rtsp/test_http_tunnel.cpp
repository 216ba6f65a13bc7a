// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/http_tunnel.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using rtsp::HttpRequest;
using rtsp::HttpStatus;
using rtsp::HttpTunnelHalf;

namespace {

HttpRequest request_of(std::string method, std::initializer_list<rtsp::HeaderField> fields) {
    HttpRequest request;
    request.method = std::move(method);
    for (const rtsp::HeaderField &field : fields)
        request.headers.add(field.name, field.value);
    return request;
}

}  // namespace

START_TEST(test_http_tunnel_halves_are_read_with_their_cookie) {
    const auto get = read_tunnel_half(request_of("GET", {{"x-sessioncookie", "a1B/+="}}));
    ck_assert(get.ok());
    ck_assert(get->direction == HttpTunnelHalf::Direction::Get);
    test::assert_text(get->cookie, "a1B/+=");
    ck_assert(!get->waits_for_continue);

    const auto post = read_tunnel_half(request_of("POST", {{"X-SessionCookie", "1"}, {"Content-Length", "32767"}}));
    ck_assert(post.ok());
    ck_assert(post->direction == HttpTunnelHalf::Direction::Post);
    test::assert_text(post->cookie, "1");
    ck_assert(!post->waits_for_continue);
    ck_assert(read_tunnel_half(request_of("POST", {{"x-sessioncookie", "1"}, {"Expect", "100-continue"}}))
                  ->waits_for_continue);
    ck_assert(!read_tunnel_half(request_of("GET", {{"x-sessioncookie", "1"}, {"Expect", "100-continue"}}))
                   ->waits_for_continue);
}
END_TEST

START_TEST(test_http_tunnel_what_is_none_is_refused) {
    const struct {
        HttpRequest request;
        HttpStatus status;
    } cases[] = {
        {request_of("GET", {}), HttpStatus::UpgradeRequired},
        {request_of("POST", {}), HttpStatus::BadRequest},
        {request_of("HEAD", {{"x-sessioncookie", "1"}}), HttpStatus::MethodNotAllowed},
        {request_of("get", {{"x-sessioncookie", "1"}}), HttpStatus::MethodNotAllowed},
        {request_of("GET", {{"x-sessioncookie", ""}}), HttpStatus::BadRequest},
        {request_of("GET", {{"x-sessioncookie", "a b"}}), HttpStatus::BadRequest},
        {request_of("GET", {{"x-sessioncookie", "caf\xc3\xa9"}}), HttpStatus::BadRequest},
        {request_of("GET", {{"x-sessioncookie", std::string(129, 'x')}}), HttpStatus::BadRequest},
        {request_of("GET", {{"x-sessioncookie", "1"}, {"x-sessioncookie", "2"}}), HttpStatus::BadRequest},
        {request_of("POST", {{"x-sessioncookie", "1"}, {"Transfer-Encoding", "chunked"}}), HttpStatus::NotImplemented},
    };
    for (const auto &c : cases) {
        const auto half = read_tunnel_half(c.request);
        ck_assert(!half.ok());
        ck_assert_int_eq(static_cast<int>(half.error().code), static_cast<int>(c.status));
    }
    ck_assert(read_tunnel_half(request_of("GET", {{"x-sessioncookie", std::string(128, 'x')}})).ok());
    ck_assert(read_tunnel_half(request_of("GET", {{"x-sessioncookie", "1"}, {"x-sessioncookie", "1"}})).ok());
}
END_TEST

START_TEST(test_http_tunnel_refusal_keeps_the_cookie_secret) {
    const auto half = read_tunnel_half(request_of("GET", {{"x-sessioncookie", "open sesame"}}));
    ck_assert(half.error().message.find("sesame") == std::string::npos);
}
END_TEST

START_TEST(test_http_tunnel_get_is_answered_as_players_expect) {
    const std::string text = rtsp::tunnel_opened().serialize();
    ck_assert(text.starts_with("HTTP/1.1 200 OK\r\n"));
    ck_assert(text.ends_with("\r\n\r\n"));
    for (const char *field : {"\r\nContent-Type: application/x-rtsp-tunnelled\r\n", "\r\nConnection: close\r\n",
                              "\r\nPragma: no-cache\r\n", "\r\nCache-Control: no-store, no-cache\r\n"})
        ck_assert_msg(text.find(field) != std::string::npos, "%s", field);
    ck_assert(text.find("Content-Length") == std::string::npos);
}
END_TEST

int main() {
    return test::run_suite(
        "http_tunnel",
        {test_http_tunnel_halves_are_read_with_their_cookie, test_http_tunnel_what_is_none_is_refused,
         test_http_tunnel_refusal_keeps_the_cookie_secret, test_http_tunnel_get_is_answered_as_players_expect});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/websocket_handshake.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using rtsp::HttpRequest;
using rtsp::HttpStatus;

namespace {

// As a browser sends it, with the key of RFC 6455 section 1.3.
HttpRequest good_request() {
    HttpRequest request;
    request.method = "GET";
    request.target = "/cam";
    request.headers.add("Host", "h:8554");
    request.headers.add("Connection", "keep-alive, Upgrade");
    request.headers.add("Upgrade", "websocket");
    request.headers.add("Origin", "http://viewer.example");
    request.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    request.headers.add("Sec-WebSocket-Version", "13");
    request.headers.add("Sec-WebSocket-Protocol", "rtsp.onvif.org");
    request.headers.add("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
    return request;
}

HttpRequest request_with(const char *field, const char *value) {
    HttpRequest request = good_request();
    request.headers.set(field, value);
    return request;
}

}  // namespace

START_TEST(test_websocket_handshake_browser_is_answered) {
    const auto upgrade = read_websocket_upgrade(good_request());
    ck_assert(upgrade.ok());
    test::assert_text(upgrade->accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455 section 1.3
    test::assert_text(upgrade->origin, "http://viewer.example");
    test::assert_text(upgrade->host, "h:8554");
    test::assert_text(websocket_opened(*upgrade).serialize(),
                      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                      "Sec-WebSocket-Protocol: rtsp.onvif.org\r\n\r\n");
}
END_TEST

START_TEST(test_websocket_handshake_harmless_differences_are_taken) {
    const HttpRequest cases[] = {
        request_with("Connection", "upgrade"),
        request_with("Upgrade", "h2c, WebSocket"),
        request_with("Sec-WebSocket-Protocol", "chat, rtsp.onvif.org"),
        request_with("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
    };
    for (const HttpRequest &request : cases)
        ck_assert(asks_for_websocket(request) && read_websocket_upgrade(request).ok());
}
END_TEST

START_TEST(test_websocket_handshake_what_is_wrong_is_refused) {
    HttpRequest post = good_request();
    post.method = "POST";
    HttpRequest old = good_request();
    old.minor_version = 0;
    HttpRequest two_keys = good_request();
    two_keys.headers.add("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
    const struct {
        HttpRequest request;
        HttpStatus status;
    } cases[] = {
        {post, HttpStatus::MethodNotAllowed},
        {old, HttpStatus::BadRequest},
        {two_keys, HttpStatus::BadRequest},
        {request_with("Connection", "close"), HttpStatus::BadRequest},
        {request_with("Sec-WebSocket-Version", "8"), HttpStatus::UpgradeRequired},
        {request_with("Sec-WebSocket-Version", ""), HttpStatus::UpgradeRequired},
        {request_with("Sec-WebSocket-Protocol", "chat"), HttpStatus::BadRequest},
        {request_with("Sec-WebSocket-Key", ""), HttpStatus::BadRequest},
        {request_with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ"), HttpStatus::BadRequest},
        {request_with("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAAAA"), HttpStatus::BadRequest},  // 18 bytes
        {request_with("Sec-WebSocket-Key", "!!!!!!!!!!!!!!!!!!!!!!=="), HttpStatus::BadRequest},
    };
    for (const auto &c : cases) {
        const auto upgrade = read_websocket_upgrade(c.request);
        ck_assert(!upgrade.ok());
        ck_assert_msg(upgrade.error().code == c.status, "%s", upgrade.error().message.c_str());
    }
}
END_TEST

START_TEST(test_websocket_handshake_other_requests_ask_for_none) {
    ck_assert(!asks_for_websocket(HttpRequest{"GET", "/", 1, {}}));
    ck_assert(!asks_for_websocket(request_with("Upgrade", "websocket2")));
}
END_TEST

int main() {
    return test::run_suite(
        "websocket_handshake",
        {test_websocket_handshake_browser_is_answered, test_websocket_handshake_harmless_differences_are_taken,
         test_websocket_handshake_what_is_wrong_is_refused, test_websocket_handshake_other_requests_ask_for_none});
}

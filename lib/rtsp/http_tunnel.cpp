// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/http_tunnel.h"

#include <algorithm>
#include <utility>

#include "rtsp/ascii.h"

namespace rtspcore::rtsp {
namespace {

constexpr std::string_view kCookieField = "x-sessioncookie";
// Clients send 8 to 36 characters: digits, hexadecimal, Base64, a UUID.
constexpr size_t kLongestCookie = 128;

bool is_cookie(std::string_view text) {
    return !text.empty() && text.size() <= kLongestCookie &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

Failure<HttpStatus> refuse_without_cookie(HttpTunnelHalf::Direction direction) {
    if (direction == HttpTunnelHalf::Direction::Post)
        return {HttpStatus::BadRequest,
                "expected x-sessioncookie with the POST of an RTSP tunnel, came none; send that of the GET"};
    // Mostly somebody who typed the address of a camera into a browser.
    return {HttpStatus::UpgradeRequired,
            "This port speaks RTSP (rtsp://), RTSP over HTTP (GET and POST with x-sessioncookie) and RTSP over "
            "WebSocket (Sec-WebSocket-Protocol: rtsp.onvif.org), came none of them."};
}

Result<std::string, HttpStatus> read_cookie(const HttpRequest &request, HttpTunnelHalf::Direction direction) {
    const auto first = request.headers.find(kCookieField);
    if (!first)
        return refuse_without_cookie(direction);
    for (const HeaderField &field : request.headers.fields())
        if (equals_ignoring_case(field.name, kCookieField) && field.value != *first)
            return Failure{HttpStatus::BadRequest, std::string("expected one x-sessioncookie, came several")};
    if (!is_cookie(*first))
        return Failure{HttpStatus::BadRequest, "x-sessioncookie: expected 1 to " + std::to_string(kLongestCookie) +
                                                   " printable characters without spaces, came " +
                                                   std::to_string(first->size()) + ", or others"};
    return std::string(*first);
}

}  // namespace

Result<HttpTunnelHalf, HttpStatus> read_tunnel_half(const HttpRequest &request) {
    using Direction = HttpTunnelHalf::Direction;
    if (request.method != "GET" && request.method != "POST")
        return Failure{HttpStatus::MethodNotAllowed,
                       std::string("expected GET or POST of an RTSP tunnel, came another method")};
    HttpTunnelHalf half;
    half.direction = request.method == "GET" ? Direction::Get : Direction::Post;
    auto cookie = read_cookie(request, half.direction);
    if (!cookie)
        return cookie.error();
    // Chunk sizes would stand between the Base64 (RFC 9112 section 6.1 has this status for codings not understood).
    if (request.headers.find("Transfer-Encoding"))
        return Failure{HttpStatus::NotImplemented,
                       std::string("expected an RTSP tunnel without Transfer-Encoding, came one with it")};
    half.cookie = *std::move(cookie);
    half.waits_for_continue = half.direction == Direction::Post && request.lists("Expect", "100-continue");
    return half;
}

// The fields that QuickTime's servers sent: proxies keep nothing back, and clients that look see the type.
HttpResponse tunnel_opened() {
    HttpResponse response;
    response.headers.add("Connection", "close");
    response.headers.add("Cache-Control", "no-store, no-cache");
    response.headers.add("Pragma", "no-cache");
    response.headers.add("Content-Type", "application/x-rtsp-tunnelled");
    return response;
}

}  // namespace rtspcore::rtsp

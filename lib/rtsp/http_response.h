// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "rtsp/message.h"

namespace rtspcore::rtsp {

// Of RFC 9110 section 15, what this port answers to HTTP.
enum class HttpStatus : int {
    Continue = 100,
    SwitchingProtocols = 101,
    Ok = 200,
    BadRequest = 400,
    Forbidden = 403,
    NotFound = 404,
    MethodNotAllowed = 405,
    RequestTimeout = 408,
    Conflict = 409,
    UriTooLong = 414,
    UpgradeRequired = 426,
    HeaderFieldsTooLarge = 431,
    NotImplemented = 501,
    ServiceUnavailable = 503,
    VersionNotSupported = 505,
};

// "Not Found". Safe.
std::string_view reason_phrase(HttpStatus status);

// A plain value.
struct HttpResponse {
    HttpStatus status = HttpStatus::Ok;
    Headers headers;
    std::string body;

    // The bytes for the wire, always of HTTP/1.1: a server tells the highest version that it speaks (RFC 9112 section
    // 2.3), and what is answered here means the same in both. Characters that would end a header line are taken out.
    [[nodiscard]] std::string serialize() const;
};

// The refusal that a person in front of a browser, or one who reads a capture, understands: `failure` with what its
// status asks for (Allow, Upgrade, Retry-After), and the end of the connection.
HttpResponse http_refusal(const Failure<HttpStatus> &failure);

}  // namespace rtspcore::rtsp

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "rtsp/http_request.h"
#include "rtsp/http_response.h"

namespace rtspcore::rtsp {

// RTSP over HTTP as QuickTime brought it and players, recorders and ONVIF cameras took it over: two connections that
// name one `x-sessioncookie`. What the server sends goes over the one that asked with GET, as it is; what the client
// sends comes over the one that asked with POST, in Base64. Nobody keeps to the Content-Length of either.

// One of the two connections. A plain value. The cookie is as good as a password: it never reaches a log.
struct HttpTunnelHalf {
    enum class Direction : uint8_t {
        Get,   // to the client
        Post,  // from the client
    };
    Direction direction = Direction::Get;
    std::string cookie;
    // The client waits for "100 Continue" before it sends (RFC 9110 section 10.1.1).
    bool waits_for_continue = false;
};

// Which half of which tunnel a request opens, or the refusal for http_refusal().
Result<HttpTunnelHalf, HttpStatus> read_tunnel_half(const HttpRequest &request);

// What the GET half is answered; media and RTSP responses follow it. A POST half that is taken is answered nothing,
// since its clients read nothing there.
HttpResponse tunnel_opened();

}  // namespace rtspcore::rtsp

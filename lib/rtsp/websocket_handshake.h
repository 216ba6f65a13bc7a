// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "rtsp/http_request.h"
#include "rtsp/http_response.h"

namespace rtspcore::rtsp {

// The opening handshake of RFC 6455 section 4 for RTSP over WebSocket as ONVIF's streaming specification has it: the
// subprotocol is rtsp.onvif.org, the binary frames together are what an RTSP connection with interleaved media is.

inline constexpr std::string_view kWebSocketProtocol = "rtsp.onvif.org";

// What a client that may go on asked for. A plain value.
struct WebSocketUpgrade {
    std::string accept;  // for Sec-WebSocket-Accept
    std::string origin;  // which site's page connects, for WebSocketOrigins; empty when no browser does
    std::string host;    // what it connects to, as it says
};

// Whether it is one for read_websocket_upgrade(), right or wrong.
bool asks_for_websocket(const HttpRequest &request);
// The refusal is for http_refusal().
Result<WebSocketUpgrade, HttpStatus> read_websocket_upgrade(const HttpRequest &request);
// Frames follow it.
HttpResponse websocket_opened(const WebSocketUpgrade &upgrade);

}  // namespace rtspcore::rtsp

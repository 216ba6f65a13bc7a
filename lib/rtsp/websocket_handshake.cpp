// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/websocket_handshake.h"

#include <glib.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "rtsp/ascii.h"
#include "rtsp/base64_stream.h"

namespace rtspcore::rtsp {
namespace {

constexpr size_t kSha1Size = 20;

// The key with the GUID of RFC 6455 section 1.3 behind it, as SHA-1 in Base64. It proves that a WebSocket server
// answered; it protects nothing.
std::string accept_value(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    const std::unique_ptr<GChecksum, decltype(&g_checksum_free)> checksum(g_checksum_new(G_CHECKSUM_SHA1),
                                                                          g_checksum_free);
    g_checksum_update(checksum.get(), reinterpret_cast<const guchar *>(text.data()), static_cast<gssize>(text.size()));
    std::array<guint8, kSha1Size> digest{};
    gsize size = digest.size();
    g_checksum_get_digest(checksum.get(), digest.data(), &size);
    const std::unique_ptr<gchar, decltype(&g_free)> encoded(g_base64_encode(digest.data(), size), g_free);
    return encoded.get();
}

// 16 bytes in Base64 (RFC 6455 section 4.1).
bool is_key(std::string_view text) {
    constexpr size_t kKeySize = 16;
    constexpr size_t kEncodedSize = 24;
    if (text.size() != kEncodedSize)
        return false;
    std::vector<uint8_t> key;
    Base64Stream decoder;
    return decoder.decode({reinterpret_cast<const uint8_t *>(text.data()), text.size()}, key) && key.size() == kKeySize;
}

Failure<HttpStatus> bad(std::string message) {
    return {HttpStatus::BadRequest, std::move(message)};
}

// RFC 6455 section 4.2.1, in its order; nothing when all is as it should be.
std::optional<Failure<HttpStatus>> fault_of(const HttpRequest &request) {
    if (request.method != "GET")
        return Failure{HttpStatus::MethodNotAllowed,
                       std::string("expected a WebSocket upgrade with GET, came another method")};
    if (request.minor_version < 1)
        return bad("expected a WebSocket upgrade of HTTP/1.1, came HTTP/1.0");
    if (!request.headers.find("Host"))
        return bad("expected Host in a WebSocket upgrade, came none");
    if (!request.lists("Connection", "Upgrade"))
        return bad("expected Connection: Upgrade with Upgrade: websocket, came none; does a proxy take it out?");
    if (!is_key(request.headers.joined("Sec-WebSocket-Key").value_or("")))
        return bad("Sec-WebSocket-Key: expected 16 bytes in Base64, came something else");
    if (request.headers.joined("Sec-WebSocket-Version") != "13")
        return Failure{HttpStatus::UpgradeRequired, std::string("Sec-WebSocket-Version: expected 13, came another")};
    if (!request.lists("Sec-WebSocket-Protocol", kWebSocketProtocol))
        return bad("Sec-WebSocket-Protocol: expected rtsp.onvif.org, came none or another");
    return std::nullopt;
}

}  // namespace

bool asks_for_websocket(const HttpRequest &request) {
    return request.lists("Upgrade", "websocket");
}

Result<WebSocketUpgrade, HttpStatus> read_websocket_upgrade(const HttpRequest &request) {
    if (auto fault = fault_of(request))
        return *std::move(fault);
    return WebSocketUpgrade{accept_value(*request.headers.find("Sec-WebSocket-Key")),
                            request.headers.joined("Origin").value_or(""), request.headers.joined("Host").value_or("")};
}

HttpResponse websocket_opened(const WebSocketUpgrade &upgrade) {
    HttpResponse response;
    response.status = HttpStatus::SwitchingProtocols;
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Connection", "Upgrade");
    response.headers.add("Sec-WebSocket-Accept", upgrade.accept);
    response.headers.add("Sec-WebSocket-Protocol", std::string(kWebSocketProtocol));
    return response;
}

}  // namespace rtspcore::rtsp

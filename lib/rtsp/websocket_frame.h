// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rtspcore::rtsp {

// RFC 6455 section 5.2. A value that came from a peer may be none of these.
enum class WebSocketOpcode : uint8_t {
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xa,
};

// RFC 6455 section 7.4.1, what a server has to say.
enum class WebSocketClose : uint16_t {
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    UnsupportedData = 1003,
    InvalidPayload = 1007,
    PolicyViolation = 1008,
    MessageTooBig = 1009,
    InternalError = 1011,
};

// Sections 5.5: of ping, pong and close.
inline constexpr size_t kLargestControlPayload = 125;

// The bytes before the payload of an unfragmented, unmasked frame (section 5.1: servers do not mask), so that the
// payload can go out from where it is. A plain value.
class WebSocketFrameHeader {
public:
    WebSocketFrameHeader(WebSocketOpcode opcode, uint64_t payload_size);
    [[nodiscard]] std::span<const uint8_t> bytes() const { return std::span(bytes_).first(size_); }

private:
    std::array<uint8_t, 10> bytes_{};
    size_t size_ = 2;
};

// Whole frames. A payload or reason that is too long is cut at the last character that fits.
std::string websocket_pong(std::span<const uint8_t> payload);
std::string websocket_close(WebSocketClose code, std::string_view reason);

}  // namespace rtspcore::rtsp

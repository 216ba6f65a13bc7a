// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/websocket_frame.h"

#include <algorithm>

namespace rtspcore::rtsp {
namespace {

constexpr uint8_t kFinal = 0x80;
// Section 5.2: lengths up to 125 stand in the seven bits; these two say that they follow.
constexpr uint8_t kLength16 = 126;
constexpr uint8_t kLength64 = 127;
constexpr uint64_t kLargest16 = 0xffff;

std::string frame(WebSocketOpcode opcode, std::string_view payload) {
    const WebSocketFrameHeader header(opcode, payload.size());
    std::string out(header.bytes().begin(), header.bytes().end());
    return out.append(payload);
}

// Not in the middle of a character of UTF-8.
std::string_view cut(std::string_view text, size_t size) {
    if (text.size() <= size)
        return text;
    while (size > 0 && (static_cast<uint8_t>(text[size]) & 0xc0) == 0x80)
        --size;
    return text.substr(0, size);
}

}  // namespace

WebSocketFrameHeader::WebSocketFrameHeader(WebSocketOpcode opcode, uint64_t payload_size) {
    bytes_[0] = kFinal | static_cast<uint8_t>(opcode);
    if (payload_size <= kLargestControlPayload) {
        bytes_[1] = static_cast<uint8_t>(payload_size);
        return;
    }
    const size_t width = payload_size <= kLargest16 ? 2 : 8;
    bytes_[1] = width == 2 ? kLength16 : kLength64;
    for (size_t i = 0; i < width; ++i)
        bytes_[2 + i] = static_cast<uint8_t>(payload_size >> 8 * (width - 1 - i));
    size_ += width;
}

std::string websocket_pong(std::span<const uint8_t> payload) {
    payload = payload.first(std::min(payload.size(), kLargestControlPayload));
    return frame(WebSocketOpcode::Pong, {reinterpret_cast<const char *>(payload.data()), payload.size()});
}

std::string websocket_close(WebSocketClose code, std::string_view reason) {
    const auto number = static_cast<uint16_t>(code);
    std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
    payload += cut(reason, kLargestControlPayload - payload.size());
    return frame(WebSocketOpcode::Close, payload);
}

}  // namespace rtspcore::rtsp

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "websocket_carrier.h"

#include <algorithm>

#include "rtsp/websocket_frame.h"
#include "rtsp/websocket_handshake.h"

namespace bench {

namespace {

using rtspcore::rtsp::WebSocketFrameHeader;
using rtspcore::rtsp::WebSocketOpcode;

std::string handshake() {
    return "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: YmVuY2htYXJrIHZpZXdlcg==\r\nSec-WebSocket-Protocol: " +
           std::string(rtspcore::rtsp::kWebSocketProtocol) + "\r\n\r\n";
}

// RFC 6455 section 5.1 has clients mask. Zeros, which change nothing, do: what unpredictable masks protect proxies from
// (section 10.3) are the scripts of pages.
std::string masked(std::string_view payload) {
    const WebSocketFrameHeader header(WebSocketOpcode::Binary, payload.size());
    std::string frame(header.bytes().begin(), header.bytes().end());
    frame[1] = static_cast<char>(frame[1] | 0x80);
    return frame.append(4, '\0').append(payload);
}

// RFC 6455 section 5.2: 126 and 127 say that the length follows, in two or eight bytes.
size_t header_size(uint8_t length) {
    return length == 127 ? 10 : length == 126 ? 4 : 2;
}

}  // namespace

WebSocketCarrier::WebSocketCarrier(std::unique_ptr<Carrier> below)
    : below_(std::move(below)), opening_(handshake(), 101) {}

bool WebSocketCarrier::send(std::string_view request) {
    waiting_ += masked(request);
    return opening_.begin(*below_) && flush();
}

bool WebSocketCarrier::flush() {
    return !opening_.is_over() || waiting_.empty() || below_->send(std::exchange(waiting_, {}));
}

Carrier::Received WebSocketCarrier::receive(std::span<uint8_t> into) {
    Received received = below_->receive(into);
    opening_.take_head(received, into);
    received.open = received.open && flush();
    received.size = take_frame_headers(into.first(received.size));
    return received;
}

size_t WebSocketCarrier::take_frame_headers(std::span<uint8_t> bytes) {
    const auto begin = bytes.begin();
    auto end = begin;
    while (!bytes.empty()) {
        if (missing_ == 0) {
            take_header_byte(bytes.front());
            bytes = bytes.subspan(1);
            continue;
        }
        const auto payload = bytes.first(std::min<uint64_t>(missing_, bytes.size()));
        if (!is_control_)
            end = std::copy(payload.begin(), payload.end(), end);
        missing_ -= payload.size();
        bytes = bytes.subspan(payload.size());
    }
    return static_cast<size_t>(end - begin);
}

void WebSocketCarrier::take_header_byte(uint8_t byte) {
    header_ += static_cast<char>(byte);
    if (header_.size() < 2)
        return;
    const auto length = static_cast<uint8_t>(header_[1] & 0x7F);
    if (header_.size() < header_size(length))
        return;
    is_control_ = (header_[0] & 0x08) != 0;
    missing_ = header_.size() == 2 ? length : 0;
    for (size_t i = 2; i < header_.size(); ++i)
        missing_ = missing_ << 8 | static_cast<uint8_t>(header_[i]);
    header_.clear();
}

}  // namespace bench

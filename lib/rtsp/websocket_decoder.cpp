// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/websocket_decoder.h"

#include <glib.h>

#include <algorithm>
#include <utility>

namespace rtspcore::rtsp {
namespace {

// RFC 6455 section 5.2.
constexpr size_t kShortHeader = 2;
constexpr uint8_t kFinal = 0x80;
constexpr uint8_t kReserved = 0x70;
constexpr uint8_t kOpcode = 0x0f;
constexpr uint8_t kControl = 0x08;
constexpr uint8_t kMasked = 0x80;
constexpr uint8_t kLength = 0x7f;
constexpr size_t kMaskSize = 4;

// Bytes of the length behind the first two.
size_t length_width(uint8_t short_length) {
    return short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
}

// The largest length that a shorter form could have told, where this form must not be used.
uint64_t largest_of_shorter_form(size_t width) {
    return width == 8 ? 0xffff : 125;
}

bool is_known(WebSocketOpcode opcode) {
    return opcode <= WebSocketOpcode::Binary || (opcode >= WebSocketOpcode::Close && opcode <= WebSocketOpcode::Pong);
}

// Section 7.4, and what IANA registered since: those that may be sent.
bool is_close_code(unsigned code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

WebSocketDecoder::Item WebSocketDecoder::next(std::span<uint8_t> &bytes) {
    while (!closed_) {
        if (!in_payload_) {
            if (!take_header(bytes))
                return NeedMore{};
            if (auto refused = begin_frame())
                return *std::move(refused);
        }
        if (auto item = is_control() ? read_control(bytes) : read_data(bytes))
            return *std::move(item);
        if (in_payload_)
            return NeedMore{};
    }
    bytes = {};
    return NeedMore{};
}

bool WebSocketDecoder::take_header(std::span<uint8_t> &bytes) {
    while (header_size_ < wanted_header_size()) {
        if (bytes.empty())
            return false;
        header_[header_size_++] = bytes.front();
        bytes = bytes.subspan(1);
    }
    return true;
}

size_t WebSocketDecoder::wanted_header_size() const {
    if (header_size_ < kShortHeader)
        return kShortHeader;
    return kShortHeader + length_width(header_[1] & kLength) + (header_[1] & kMasked ? kMaskSize : 0);
}

uint64_t WebSocketDecoder::payload_size() const {
    const uint8_t short_length = header_[1] & kLength;
    const size_t width = length_width(short_length);
    if (width == 0)
        return short_length;
    uint64_t size = 0;
    for (size_t i = 0; i < width; ++i)
        size = size << 8 | header_[kShortHeader + i];
    return size;
}

WebSocketOpcode WebSocketDecoder::opcode() const {
    return static_cast<WebSocketOpcode>(header_[0] & kOpcode);
}
bool WebSocketDecoder::is_final() const {
    return (header_[0] & kFinal) != 0;
}
bool WebSocketDecoder::is_control() const {
    return (header_[0] & kControl) != 0;
}

std::optional<WebSocketDecoder::Item> WebSocketDecoder::begin_frame() {
    if (auto refused = fault())
        return refuse(*std::move(refused));
    missing_ = payload_size();
    mask_at_ = 0;
    control_size_ = 0;
    in_payload_ = true;
    if (!is_control())
        message_size_ += header_size_ + missing_;
    return std::nullopt;
}

std::optional<WebSocketDecoder::Refused> WebSocketDecoder::fault() const {
    using enum WebSocketClose;
    if (header_[0] & kReserved)
        return Refused{ProtocolError, "expected a frame without extensions, came one with reserved bits"};
    if (!is_known(opcode()))
        return Refused{ProtocolError, "expected a frame of RFC 6455, came an opcode that is reserved"};
    if (!(header_[1] & kMasked))
        return Refused{ProtocolError, "expected a masked frame, came one without mask"};
    const size_t width = length_width(header_[1] & kLength);
    if (width > 0 && payload_size() <= largest_of_shorter_form(width))
        return Refused{ProtocolError, "expected the shortest form of the length, came a longer one"};
    if (width > 0 && payload_size() > INT64_MAX)
        return Refused{ProtocolError, "expected a length of 63 bits, came a larger one"};
    return is_control() ? control_fault() : data_fault();
}

std::optional<WebSocketDecoder::Refused> WebSocketDecoder::control_fault() const {
    if (is_final() && payload_size() <= kLargestControlPayload)
        return std::nullopt;
    return Refused{WebSocketClose::ProtocolError,
                   "expected a whole control frame of at most 125 bytes, came a larger one or a fragment"};
}

std::optional<WebSocketDecoder::Refused> WebSocketDecoder::data_fault() const {
    using enum WebSocketClose;
    if (opcode() == WebSocketOpcode::Text)
        return Refused{UnsupportedData, "expected binary frames of rtsp.onvif.org, came a text frame"};
    if (in_message_ != (opcode() == WebSocketOpcode::Continuation))
        return Refused{ProtocolError, in_message_ ? "expected the next fragment, came a new message"
                                                  : "expected a message, came the continuation of none"};
    if (payload_size() > limits_.frame)
        return Refused{MessageTooBig,
                       "expected frames of at most " + std::to_string(limits_.frame) + " bytes, came a larger one"};
    if (message_size_ + header_size_ + payload_size() > limits_.message)
        return Refused{MessageTooBig,
                       "expected messages of at most " + std::to_string(limits_.message) + " bytes, came a larger one"};
    return std::nullopt;
}

// Nothing when more is needed, or when the frame ended without payload.
std::optional<WebSocketDecoder::Item> WebSocketDecoder::read_data(std::span<uint8_t> &bytes) {
    const auto payload = take_payload(bytes);
    if (missing_ == 0)
        end_frame();
    if (payload.empty())
        return std::nullopt;
    return Data{payload};
}

std::optional<WebSocketDecoder::Item> WebSocketDecoder::read_control(std::span<uint8_t> &bytes) {
    const auto part = take_payload(bytes);
    std::copy(part.begin(), part.end(), control_.begin() + static_cast<ptrdiff_t>(control_size_));
    control_size_ += part.size();
    if (missing_ > 0)
        return std::nullopt;
    end_frame();
    const auto payload = std::span<const uint8_t>(control_).first(control_size_);
    if (opcode() == WebSocketOpcode::Ping)
        return Ping{payload};
    if (opcode() == WebSocketOpcode::Pong)
        return Pong{};
    return end_close(payload);
}

std::span<const uint8_t> WebSocketDecoder::take_payload(std::span<uint8_t> &bytes) {
    const auto part = bytes.first(static_cast<size_t>(std::min<uint64_t>(missing_, bytes.size())));
    const auto mask = std::span(header_).subspan(header_size_ - kMaskSize, kMaskSize);
    for (uint8_t &byte : part)
        byte ^= mask[mask_at_++ % kMaskSize];
    missing_ -= part.size();
    bytes = bytes.subspan(part.size());
    return part;
}

// The header stays readable until the next one comes.
void WebSocketDecoder::end_frame() {
    in_payload_ = false;
    header_size_ = 0;
    if (is_control())
        return;
    in_message_ = !is_final();
    if (!in_message_)
        message_size_ = 0;
}

// Section 5.5.1: nothing, or a code with a reason in UTF-8. The answer repeats the code.
WebSocketDecoder::Item WebSocketDecoder::end_close(std::span<const uint8_t> payload) {
    constexpr size_t kCodeSize = 2;
    if (payload.size() == 1)
        return refuse({WebSocketClose::ProtocolError, "expected a close code of two bytes, came one"});
    closed_ = true;
    if (payload.empty())
        return Close{WebSocketClose::Normal};
    const unsigned code = static_cast<unsigned>(payload[0]) << 8 | payload[1];
    if (!is_close_code(code))
        return refuse(
            {WebSocketClose::ProtocolError, "expected a close code that may be sent, came " + std::to_string(code)});
    const auto reason = payload.subspan(kCodeSize);
    if (!g_utf8_validate_len(reinterpret_cast<const char *>(reason.data()), reason.size(), nullptr))
        return refuse({WebSocketClose::InvalidPayload, "expected the reason of a close in UTF-8, came other bytes"});
    return Close{static_cast<WebSocketClose>(code)};
}

WebSocketDecoder::Item WebSocketDecoder::refuse(Refused refused) {
    closed_ = true;
    return refused;
}

}  // namespace rtspcore::rtsp

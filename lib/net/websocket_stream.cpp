// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/websocket_stream.h"

#include <algorithm>
#include <utility>

namespace rtspcore::net {

using rtsp::WebSocketClose;
using rtsp::WebSocketDecoder;

WebSocketStream::WebSocketStream(std::unique_ptr<ByteStream> below, std::string_view answer, std::vector<uint8_t> begin)
    : below_(std::move(below)), begin_(std::move(begin)), out_(answer.begin(), answer.end()) {}

WebSocketStream::~WebSocketStream() {
    if (closed_)
        return;
    close(WebSocketClose::GoingAway, {});
    flush();
}

ByteStream::Transfer WebSocketStream::read(std::span<uint8_t> into) {
    if (closed_)
        return {0, Outcome::Broken};
    const auto [got, outcome] = read_below(into);
    if (outcome == Outcome::Broken) {
        closed_ = true;
        why_ = below_->why();
        return {0, outcome};
    }
    const size_t size = decode(into.first(got));
    // Pings and a close are answered while reading. Whether that is blocked is for the next flush() to find out.
    flush();
    // What came before the end is still to be answered; the end is met at the next read.
    if (size > 0)
        return {size, Outcome::Done};
    return {0, closed_ ? Outcome::Broken : Outcome::Blocked};
}

ByteStream::Transfer WebSocketStream::read_below(std::span<uint8_t> into) {
    if (begin_.empty())
        return below_->read(into);
    const size_t size = std::min(begin_.size(), into.size());
    std::copy_n(begin_.begin(), size, into.begin());
    begin_.erase(begin_.begin(), begin_.begin() + static_cast<ptrdiff_t>(size));
    return {size, Outcome::Done};
}

// Moves the payloads to the front; how much they are.
size_t WebSocketStream::decode(std::span<uint8_t> bytes) {
    size_t size = 0;
    for (auto rest = bytes;;) {
        const auto item = decoder_.next(rest);
        if (std::holds_alternative<WebSocketDecoder::NeedMore>(item))
            return size;
        if (const auto *data = std::get_if<WebSocketDecoder::Data>(&item)) {
            std::copy(data->bytes.begin(), data->bytes.end(), bytes.begin() + static_cast<ptrdiff_t>(size));
            size += data->bytes.size();
        } else if (const auto *ping = std::get_if<WebSocketDecoder::Ping>(&item)) {
            control_ = rtsp::websocket_pong(ping->payload);
        } else if (const auto *end = std::get_if<WebSocketDecoder::Close>(&item)) {
            close(end->answer, {});
        } else if (const auto *refused = std::get_if<WebSocketDecoder::Refused>(&item)) {
            close(refused->code, refused->reason);
        }
    }
}

void WebSocketStream::close(WebSocketClose code, const std::string &why) {
    closed_ = true;
    control_ = rtsp::websocket_close(code, why);
    why_ = why.empty() ? "closed by the peer" : "WebSocket: " + why;
}

ByteStream::Transfer WebSocketStream::write(std::span<const uint8_t> bytes) {
    if (const Outcome outcome = flush(); outcome != Outcome::Done)
        return {0, outcome};
    if (closed_)
        return {0, Outcome::Broken};
    const rtsp::WebSocketFrameHeader header(rtsp::WebSocketOpcode::Binary, bytes.size());
    out_.reserve(header.bytes().size() + bytes.size());
    out_.assign(header.bytes().begin(), header.bytes().end());
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return {bytes.size(), flush()};
}

ByteStream::Outcome WebSocketStream::flush() {
    if (const Outcome outcome = below_->flush(); outcome != Outcome::Done)
        return outcome;
    for (;;) {
        if (out_sent_ == out_.size()) {
            out_.assign(control_.begin(), control_.end());
            control_.clear();
            out_sent_ = 0;
        }
        if (out_.empty())
            break;
        const auto [taken, outcome] = below_->write(std::span<const uint8_t>(out_).subspan(out_sent_));
        out_sent_ += taken;
        if (outcome != Outcome::Done)
            return outcome;
    }
    out_ = {};
    return Outcome::Done;
}

}  // namespace rtspcore::net

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/message_parser.h"

#include <algorithm>
#include <utility>

#include "rtsp/ascii.h"

namespace rtspcore::rtsp {
namespace {

// RFC 2326 section 10.12: '$', channel, and two bytes of length in network order.
constexpr uint8_t kFrameMark = '$';
constexpr size_t kFrameHeaderSize = 4;
// What an idle connection may keep: enough for the receiver reports and keep-alives of a viewer to need no allocation.
constexpr size_t kIdleCapacity = 512;

bool ends_line(uint8_t byte) {
    return byte == '\r' || byte == '\n';
}

// A tab is a space between the words of the start line. Bytes from 0x80 on are let through: sloppy clients write UTF-8
// in URIs.
bool is_bad_in_start_line(uint8_t byte) {
    return is_control(static_cast<char>(byte)) && byte != '\t';
}

}  // namespace

struct MessageParser::Line {
    enum class Outcome : uint8_t { Complete, NeedMore, TooLong, ControlCharacter };
    Outcome outcome;
    std::string_view text;  // without its end; lives until feed()
};

std::span<const uint8_t> MessageParser::unread() const {
    return std::span(buffer_).subspan(consumed_);
}

void MessageParser::feed(std::span<const uint8_t> bytes) {
    if (broken_)
        return;
    // What is left moves to the front when at least as much was read: then a byte moves at most once on average.
    if (consumed_ >= buffer_.size() - consumed_) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<ptrdiff_t>(consumed_));
        consumed_ = 0;
    }
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::vector<uint8_t> MessageParser::take_unread() {
    skip_line_ends();
    const auto left = unread();
    std::vector<uint8_t> taken(left.begin(), left.end());
    consumed_ = buffer_.size();
    return taken;
}

bool MessageParser::in_message() const {
    return !broken_ && (begun_ || !unread().empty());
}

void MessageParser::release() {
    consumed_ = 0;
    if (buffer_.capacity() > kIdleCapacity)
        std::vector<uint8_t>().swap(buffer_);
    else
        buffer_.clear();
}

MessageParser::Item MessageParser::next() {
    if (broken_)
        return NeedMore{};
    if (begun_)
        return next_message();
    skip_line_ends();
    if (unread().empty()) {
        release();
        return NeedMore{};
    }
    if (unread().front() == kFrameMark)
        return next_frame();
    begun_ = std::make_unique<Begun>();
    return next_message();
}

void MessageParser::skip_line_ends() {
    const auto bytes = unread();
    take(static_cast<size_t>(std::find_if_not(bytes.begin(), bytes.end(), ends_line) - bytes.begin()));
}

MessageParser::Item MessageParser::next_frame() {
    const auto bytes = unread();
    if (bytes.size() < kFrameHeaderSize)
        return NeedMore{};
    const size_t size = static_cast<size_t>(bytes[2]) << 8 | bytes[3];
    if (bytes.size() < kFrameHeaderSize + size)
        return NeedMore{};
    take(kFrameHeaderSize + size);
    return InterleavedFrame{bytes[1], bytes.subspan(kFrameHeaderSize, size)};
}

MessageParser::Item MessageParser::next_message() {
    if (!begun_->missing)
        if (auto item = read_head())
            return *std::move(item);
    return read_body();
}

// Nothing once the empty line was reached.
std::optional<MessageParser::Item> MessageParser::read_head() {
    for (;;) {
        const bool is_start_line = !begun_->head.has_start_line();
        const Line line = take_line();
        switch (line.outcome) {
            case Line::Outcome::NeedMore:
                return NeedMore{};
            case Line::Outcome::ControlCharacter:
                return give_up(Status::BadRequest, "expected a request line, came control characters");
            case Line::Outcome::TooLong:
                return is_start_line ? give_up(Status::RequestUriTooLong, "the request line is too long")
                                     : give_up(Status::BadRequest, "the header lines are too long");
            case Line::Outcome::Complete:
                break;
        }
        if (line.text.empty())
            return end_head();
        begun_->head.add_line(line.text);
        if (begun_->head.request().headers.fields().size() > limits_.header_fields)
            return give_up(Status::BadRequest, "there are too many header fields");
    }
}

size_t MessageParser::line_limit() const {
    if (!begun_->head.has_start_line())
        return limits_.request_line;
    return limits_.headers - std::min(limits_.headers, begun_->head_size);
}

MessageParser::Line MessageParser::take_line() {
    skip_rest_of_line_end();
    const bool is_start_line = !begun_->head.has_start_line();
    const size_t limit = line_limit();
    const auto bytes = unread();
    for (size_t &at = begun_->scanned; at < bytes.size(); ++at) {
        if (ends_line(bytes[at])) {
            const size_t size = std::exchange(at, 0);
            begun_->after_cr = bytes[size] == '\r';
            begun_->head_size += is_start_line ? 0 : size + 1;
            take(size + 1);
            return {Line::Outcome::Complete, {reinterpret_cast<const char *>(bytes.data()), size}};
        }
        if (at == limit)
            return {Line::Outcome::TooLong, {}};
        if (is_start_line && is_bad_in_start_line(bytes[at]))
            return {Line::Outcome::ControlCharacter, {}};
    }
    return {Line::Outcome::NeedMore, {}};
}

// A line ends at its CR (RFC 2326 section 4 wants CR and LF alone to end one, too), so the LF of a CR LF is left over.
void MessageParser::skip_rest_of_line_end() {
    if (!begun_->after_cr || unread().empty())
        return;
    if (unread().front() == '\n')
        take(1);
    begun_->after_cr = false;
}

std::optional<MessageParser::Item> MessageParser::end_head() {
    const MessageHead &head = begun_->head;
    // Nothing good follows: the other side does not speak RTSP.
    if (head.kind() == MessageHead::Kind::Http)
        return give_up(Status::BadRequest, "expected an RTSP request, came one of HTTP");
    const auto length = head.content_length();
    if (!length)
        return give_up(length.error().code, length.error().message);
    if (*length > limits_.body)
        return give_up(
            Status::RequestEntityTooLarge,
            "Content-Length: expected at most " + std::to_string(limits_.body) + ", came " + std::to_string(*length));
    begun_->missing = *length;
    return std::nullopt;
}

MessageParser::Item MessageParser::read_body() {
    size_t &missing = *begun_->missing;
    if (missing > 0)
        skip_rest_of_line_end();
    const auto part = unread().first(std::min(missing, unread().size()));
    begun_->body.append(part.begin(), part.end());
    take(part.size());
    missing -= part.size();
    if (missing > 0)
        return NeedMore{};

    const auto done = std::move(begun_);
    if (done->head.kind() == MessageHead::Kind::Response)
        return IgnoredResponse{};
    if (const auto &fault = done->head.fault())
        return Malformed{fault->status, fault->reason, done->head.cseq(), true};
    Request request = done->head.take_request();
    request.body = std::move(done->body);
    return request;
}

MessageParser::Item MessageParser::give_up(Status status, std::string reason) {
    Malformed malformed{status, std::move(reason), begun_->head.cseq(), false};
    broken_ = true;
    begun_.reset();
    release();
    return malformed;
}

}  // namespace rtspcore::rtsp

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "rtsp/message.h"
#include "rtsp/message_head.h"

namespace rtspcore::rtsp {

// Cuts what comes from a client into requests and interleaved frames (RFC 2326 sections 4 and 10.12): several in one
// read, one in many reads, bytes in any portions, which have no influence on the items. Total: any bytes give an item,
// never undefined behaviour. Time: each byte is looked at once, whatever the portions and however many messages are in
// one.
//
// Tolerant where that is harmless: lines may end in CR LF, LF or CR; line ends between messages are skipped; header
// fields may be folded and have spaces round the colon. Where a message begins, a dollar sign begins a frame; within a
// message it is text.
//
// Thread: confined to its connection's. Never blocks. Memory: bounded by Limits and what one call of feed() gave,
// provided that next() is called until it gives NeedMore; next to nothing is held between messages.
class MessageParser {
public:
    struct Limits {
        size_t request_line = 8 * 1024;
        size_t headers = 32 * 1024;  // all header lines together
        size_t header_fields = 100;
        size_t body = 64 * 1024;
    };

    // More bytes are needed.
    struct NeedMore {};
    // `$`, channel, length, payload (RFC 2326 section 10.12). The payload lives until the next call of next() or
    // feed().
    struct InterleavedFrame {
        uint8_t channel;
        std::span<const uint8_t> payload;
    };
    // A response: the answer to a request that we never sent; it is skipped, even if there is something wrong with it.
    struct IgnoredResponse {};
    // Not a message. The answer should carry `status`, and `cseq` if one was read. When `resynchronised` is false the
    // place where the next message begins is unknown and the connection has to be closed; next() then gives NeedMore
    // for ever.
    struct Malformed {
        Status status;
        std::string reason;  // what was expected, what came
        std::string cseq;
        bool resynchronised;
    };
    using Item = std::variant<NeedMore, Request, InterleavedFrame, IgnoredResponse, Malformed>;

    MessageParser() = default;
    explicit MessageParser(Limits limits) : limits_(limits) {}

    void feed(std::span<const uint8_t> bytes);
    Item next();

    // What was fed and not given yet, for somebody else to go on with; only where an item ended.
    std::vector<uint8_t> take_unread();

    // Whether a message or frame has begun but not ended, once next() gave NeedMore: what a time-out against slow
    // senders looks at.
    [[nodiscard]] bool in_message() const;
    // The size of what is buffered and kept to buffer into: what an idle connection costs.
    [[nodiscard]] size_t buffer_size() const { return buffer_.capacity(); }

private:
    // A message whose end has not come yet. Made for each anew, so that an idle connection keeps nothing.
    struct Begun {
        MessageHead head;
        size_t head_size = 0;           // of the header lines that were taken out, without the start line
        size_t scanned = 0;             // of the line that has no end yet: bytes that were looked at
        bool after_cr = false;          // a line feed that comes next belongs to the line before
        std::optional<size_t> missing;  // of the body; nothing until the head is complete
        std::string body;
    };
    struct Line;

    [[nodiscard]] std::span<const uint8_t> unread() const;
    void take(size_t size) { consumed_ += size; }
    void skip_line_ends();
    void skip_rest_of_line_end();
    Item next_frame();
    Item next_message();
    [[nodiscard]] size_t line_limit() const;
    Line take_line();
    std::optional<Item> read_head();
    std::optional<Item> end_head();
    Item read_body();
    Item give_up(Status status, std::string reason);
    void release();

    Limits limits_;
    std::vector<uint8_t> buffer_;
    size_t consumed_ = 0;  // from the front of buffer_
    std::unique_ptr<Begun> begun_;
    bool broken_ = false;
};

}  // namespace rtspcore::rtsp

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "rtsp/message.h"

namespace rtspcore::rtsp {

// Cuts what comes from a client into requests and interleaved frames (RFC 2326 sections 4 and 10.12): several in one
// read, one in many reads, bytes in any portions. Total: any bytes give an item, never undefined behaviour.
//
// Thread: confined to its connection's. Never blocks. Memory: bounded by Limits; nothing is held between messages.
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
    // `$`, channel, length, payload (RFC 2326 section 10.12). The payload lives until the next call of next() or feed().
    struct InterleavedFrame {
        uint8_t channel;
        std::span<const uint8_t> payload;
    };
    // A response: the answer to a request that we never sent; it is skipped.
    struct IgnoredResponse {};
    // Not a message. The answer should carry `status`, and `cseq` if one was read. When `resynchronised` is false the
    // place where the next message begins is unknown and the connection has to be closed; next() then gives NeedMore for ever.
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

    // Whether a message has begun but not ended: what a time-out against slow senders looks at.
    [[nodiscard]] bool in_message() const;

private:
    // Owned by the implementer of message_parser.cpp: change freely, keep the public part.
    Limits limits_;
    std::vector<uint8_t> buffer_;
    size_t consumed_ = 0;
    bool broken_ = false;
};

}  // namespace rtspcore::rtsp

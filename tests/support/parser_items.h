// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rtsp/message_parser.h"
#include "support/bytes.h"

namespace rtspcore::test {

// Writes down all that an item says, except the reason of a Malformed, which is for people:
//   "OPTIONS * {CSeq: 1} body", "frame 3 payload", "response", "malformed 400 cseq=1 closed"
struct ItemWriter {
    std::string operator()(const rtsp::MessageParser::NeedMore &) const { return "more"; }
    std::string operator()(const rtsp::MessageParser::IgnoredResponse &) const { return "response"; }
    std::string operator()(const rtsp::MessageParser::InterleavedFrame &frame) const {
        return "frame " + std::to_string(frame.channel) + " " + std::string(frame.payload.begin(), frame.payload.end());
    }
    std::string operator()(const rtsp::MessageParser::Malformed &malformed) const {
        return "malformed " + std::to_string(static_cast<int>(malformed.status)) + " cseq=" + malformed.cseq +
               (malformed.resynchronised ? "" : " closed");
    }
    std::string operator()(const rtsp::Request &request) const {
        std::string out = request.method_name + " " + request.uri + " {";
        for (const rtsp::HeaderField &field : request.headers.fields())
            out += (out.back() == '{' ? "" : "; ") + field.name + ": " + field.value;
        return out + "} " + request.body;
    }
};

// All items up to NeedMore, appended to `items`.
inline void drain(rtsp::MessageParser &parser, std::vector<std::string> &items) {
    for (;;) {
        const auto item = parser.next();
        if (std::holds_alternative<rtsp::MessageParser::NeedMore>(item))
            return;
        items.push_back(std::visit(ItemWriter{}, item));
    }
}

// The items of `bytes`, fed in portions of the sizes that `next_size` gives.
template <typename NextSize>
std::vector<std::string> parse_in_portions(rtsp::MessageParser &parser, std::span<const uint8_t> bytes,
                                           NextSize next_size) {
    std::vector<std::string> items;
    while (!bytes.empty()) {
        const size_t size = std::clamp<size_t>(next_size(), 1, bytes.size());
        parser.feed(bytes.first(size));
        bytes = bytes.subspan(size);
        drain(parser, items);
    }
    return items;
}

}  // namespace rtspcore::test

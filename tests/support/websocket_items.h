// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rtsp/websocket_decoder.h"
#include "support/bytes.h"

namespace rtspcore::test {

// All that a decoder says of `bytes` in portions of the sizes that `next_size` gives; data that follows data is one:
//   "data PLAY", "ping hi", "pong", "close 1000", "refused 1002"
template <typename NextSize>
std::vector<std::string> decode_in_portions(rtsp::WebSocketDecoder &decoder, std::span<const uint8_t> bytes,
                                            NextSize next_size) {
    using Decoder = rtsp::WebSocketDecoder;
    std::vector<std::string> items;
    while (!bytes.empty()) {
        const size_t size = std::clamp<size_t>(next_size(), 1, bytes.size());
        std::vector<uint8_t> portion(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
        bytes = bytes.subspan(size);
        for (std::span<uint8_t> rest = portion;;) {
            const auto item = decoder.next(rest);
            if (std::holds_alternative<Decoder::NeedMore>(item))
                break;
            if (const auto *data = std::get_if<Decoder::Data>(&item)) {
                if (items.empty() || !items.back().starts_with("data "))
                    items.emplace_back("data ");
                items.back() += as_text(data->bytes);
            } else if (const auto *ping = std::get_if<Decoder::Ping>(&item)) {
                items.push_back("ping " + std::string(as_text(ping->payload)));
            } else if (std::holds_alternative<Decoder::Pong>(item)) {
                items.emplace_back("pong");
            } else if (const auto *close = std::get_if<Decoder::Close>(&item)) {
                items.push_back("close " + std::to_string(static_cast<int>(close->answer)));
            } else {
                items.push_back("refused " + std::to_string(static_cast<int>(std::get<Decoder::Refused>(item).code)));
            }
        }
    }
    return items;
}

}  // namespace rtspcore::test

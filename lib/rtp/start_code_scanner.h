// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>

namespace rtspcore::rtp {

// Finds the start codes (00 00 01 xx) of MPEG-1, -2 and -4 video in data that comes in pieces; a code may straddle
// them. Confined to one thread.
class StartCodeScanner {
public:
    // Calls `found(code, a, b)` for each start code that two more bytes, a and b, came after.
    template <typename Found>
    void scan(std::span<const uint8_t> bytes, Found found) {
        for (const uint8_t byte : bytes) {
            last_ = last_ << 8 | byte;
            if ((last_ >> 24 & 0xffffff) == 0x000001)
                found(static_cast<uint8_t>(last_ >> 16), static_cast<uint8_t>(last_ >> 8), byte);
        }
    }
    void reset() { last_ = kNothing; }

private:
    static constexpr uint64_t kNothing = ~uint64_t{0};
    uint64_t last_ = kNothing;  // the last eight bytes
};

}  // namespace rtspcore::rtp

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rtspcore::fuzz {

// Sizes of portions to cut an input into: any, but always the same for the same input, so that a finding can be
// repeated. Mostly small, as the borders are where parsers go wrong.
class Portions {
public:
    explicit Portions(std::span<const uint8_t> input) {
        for (const uint8_t byte : input)  // FNV-1a
            state_ = (state_ ^ byte) * 16777619u;
    }
    size_t operator()() {
        state_ = state_ * 1664525u + 1013904223u;
        const uint32_t random = state_ >> 16;
        return random % 8 == 0 ? 1 + random % 700 : 1 + random % 9;
    }

private:
    uint32_t state_ = 2166136261u;
};

}  // namespace rtspcore::fuzz

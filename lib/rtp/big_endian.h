// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rtspcore::rtp {

// Network byte order (RFC 3550 section 4). The caller has made sure that the bytes are there.

inline uint16_t load_u16(std::span<const uint8_t> bytes, size_t offset) {
    return static_cast<uint16_t>(bytes[offset] << 8 | bytes[offset + 1]);
}

inline uint32_t load_u32(std::span<const uint8_t> bytes, size_t offset) {
    return static_cast<uint32_t>(load_u16(bytes, offset)) << 16 | load_u16(bytes, offset + 2);
}

inline void store_u16(std::span<uint8_t> bytes, size_t offset, uint16_t value) {
    bytes[offset] = static_cast<uint8_t>(value >> 8);
    bytes[offset + 1] = static_cast<uint8_t>(value);
}

inline void store_u32(std::span<uint8_t> bytes, size_t offset, uint32_t value) {
    store_u16(bytes, offset, static_cast<uint16_t>(value >> 16));
    store_u16(bytes, offset + 2, static_cast<uint16_t>(value));
}

}  // namespace rtspcore::rtp

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rtspcore::test {

// A masked frame as a client sends it (RFC 6455 section 5.2). `first` is the byte of FIN, reserved bits and opcode.
inline std::string client_frame(uint8_t first, std::string_view payload) {
    constexpr uint8_t kMask[] = {0x37, 0xfa, 0x21, 0x3d};
    std::string out{static_cast<char>(first)};
    const uint64_t size = payload.size();
    const int width = size <= 125 ? 0 : size <= 0xffff ? 2 : 8;
    out += static_cast<char>(0x80 | (width == 0 ? size : width == 2 ? 126 : 127));
    for (int i = width - 1; i >= 0; --i)
        out += static_cast<char>(size >> 8 * i);
    for (const uint8_t byte : kMask)
        out += static_cast<char>(byte);
    for (size_t i = 0; i < payload.size(); ++i)
        out += static_cast<char>(static_cast<uint8_t>(payload[i]) ^ kMask[i % 4]);
    return out;
}

}  // namespace rtspcore::test

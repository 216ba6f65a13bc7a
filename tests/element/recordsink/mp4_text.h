// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

// Boxes of MP4 files, written down.
namespace recordsink::test {

inline std::string number(uint64_t value, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; i--)
        text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

inline std::string box(const char *type, const std::string &content) {
    return number(content.size() + 8, 4) + type + content;
}

inline std::string trak(uint32_t id, uint32_t timescale) {
    const std::string times(8, '\0');
    return box("trak", box("tkhd", number(0, 4) + times + number(id, 4)) +
                           box("mdia", box("mdhd", number(0, 4) + times + number(timescale, 4))));
}

}  // namespace recordsink::test

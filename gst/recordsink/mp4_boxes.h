// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <cstdint>
#include <cstring>

namespace recordsink {

// A box of an MP4 file (ISO/IEC 14496-12 section 4.2), in memory that somebody else has: `Byte` may be const.
template <typename Byte>
struct Mp4Box {
    const char *type;  // four characters, not ended
    Byte *content;
    size_t size;  // of the content

    [[nodiscard]] bool is(const char *name) const { return memcmp(type, name, 4) == 0; }
};

// Wherever they lie: GStreamer's macros want them aligned, unless the processor does not mind.
inline uint32_t read_u32(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return GUINT32_FROM_BE(value);
}

inline uint64_t read_u64(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return GUINT64_FROM_BE(value);
}

inline void write_u32(uint8_t *bytes, uint32_t value) {
    value = GUINT32_TO_BE(value);
    memcpy(bytes, &value, sizeof value);
}

inline void write_u64(uint8_t *bytes, uint64_t value) {
    value = GUINT64_TO_BE(value);
    memcpy(bytes, &value, sizeof value);
}

// The boxes that lie one after the other in `bytes`, up to the first that is not whole. Returns how many bytes they
// are.
template <typename Byte, typename Use>
size_t for_each_box(Byte *bytes, size_t size, Use use) {
    constexpr size_t kHead = 8;
    size_t done = 0;
    while (size - done >= kHead) {
        const size_t length = read_u32(bytes + done);
        if (length < kHead || length > size - done)
            break;
        use(Mp4Box<Byte>{reinterpret_cast<const char *>(bytes) + done + 4, bytes + done + kHead, length - kHead});
        done += length;
    }
    return done;
}

}  // namespace recordsink

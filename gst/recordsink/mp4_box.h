// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <cstdint>
#include <cstring>

namespace recordsink {

// A box of an MP4 file (ISO/IEC 14496-12 section 4.2), in memory that somebody else has: `Byte` may be const.
template <typename Byte>
struct BasicBox {
    const char *type;  // four characters, not ended
    Byte *content;
    size_t size;  // of the content

    [[nodiscard]] bool is(const char *name) const { return memcmp(type, name, 4) == 0; }
};
using Box = BasicBox<uint8_t>;
using ConstBox = BasicBox<const uint8_t>;

// Which fields are there, in this order: of a `tfhd` (8.8.7) behind the track, of a `trun` (8.8.8) behind the count and
// in each sample.
namespace tfhd {
constexpr uint32_t kBaseOffset = 1, kDescription = 2, kDuration = 8, kSize = 0x10;
}
namespace trun {
constexpr uint32_t kDataOffset = 1, kFirstFlags = 4;
constexpr uint32_t kDuration = 0x100, kSize = 0x200, kFlags = 0x400, kTimeOffset = 0x800;
}  // namespace trun

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
        use(BasicBox<Byte>{reinterpret_cast<const char *>(bytes) + done + 4, bytes + done + kHead, length - kHead});
        done += length;
    }
    return done;
}

// A field that stands elsewhere in boxes of version 1, with their longer times.
template <typename Byte>
uint32_t field(const BasicBox<Byte> &box, size_t at, size_t at_in_version_1) {
    const size_t place = box.size > 0 && box.content[0] == 1 ? at_in_version_1 : at;
    return box.size >= place + 4 ? read_u32(box.content + place) : 0;
}

// Of the `trak` boxes in a `moov`: what mdhd says, by track.
template <typename Use>
void for_each_timescale(const Box &moov, Use use) {
    for_each_box(moov.content, moov.size, [&](const Box &trak) {
        if (!trak.is("trak"))
            return;
        uint32_t id = 0;
        for_each_box(trak.content, trak.size, [&](const Box &box) {
            if (box.is("tkhd"))
                id = field(box, 12, 20);
            else if (box.is("mdia"))
                for_each_box(box.content, box.size, [&](const Box &mdhd) {
                    if (mdhd.is("mdhd"))
                        use(id, field(mdhd, 12, 20));
                });
        });
    });
}

}  // namespace recordsink

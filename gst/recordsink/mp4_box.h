// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <cstring>

namespace recordsink {

// A box of an MP4 file (ISO/IEC 14496-12 4.2) in memory, which it borrows. A plain value.
struct Box {
    const char *type;  // four characters, not ended
    uint8_t *content;
    size_t size;  // of the content

    [[nodiscard]] bool is(const char *name) const { return memcmp(type, name, 4) == 0; }
};

// The boxes that lie one after the other in `bytes`, up to the first that is not whole.
template <typename Use>
void for_each_box(uint8_t *bytes, size_t size, Use use) {
    constexpr size_t kHead = 8;
    while (size >= kHead) {
        const size_t length = GST_READ_UINT32_BE(bytes);
        if (length < kHead || length > size)
            return;
        use(Box{reinterpret_cast<const char *>(bytes) + 4, bytes + kHead, length - kHead});
        bytes += length;
        size -= length;
    }
}

// A field that stands elsewhere in boxes of version 1, with their longer times.
inline uint32_t field(const Box &box, size_t at, size_t at_in_version_1) {
    const size_t place = box.size > 0 && box.content[0] == 1 ? at_in_version_1 : at;
    return box.size >= place + 4 ? GST_READ_UINT32_BE(box.content + place) : 0;
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

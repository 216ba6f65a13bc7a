// SPDX-License-Identifier: LGPL-2.1-or-later
#include "opus_header.h"

#include <iterator>
#include <utility>

namespace recordsink {

namespace {

struct Step {
    const char *type;
    size_t head;  // bytes before the boxes in it
};
// ISO/IEC 14496-12 8.5.2, 12.2.3.
constexpr Step kPath[] = {{"trak", 0}, {"mdia", 0}, {"minf", 0}, {"stbl", 0}, {"stsd", 8}, {"Opus", 28}};

// "Encapsulation of Opus in ISO Base Media File Format", 4.3.2: version, channels, then these.
constexpr size_t kPreSkip = 2, kRate = 4, kGain = 8, kEnd = 10;

// No rate is so high that the other order would be the smaller number.
void mend(const Box &header) {
    if (header.size < kEnd || header.content[0] != 0)
        return;
    const uint32_t rate = read_u32(header.content + kRate);
    if (rate <= GUINT32_SWAP_LE_BE(rate))
        return;
    write_u32(header.content + kRate, GUINT32_SWAP_LE_BE(rate));
    for (const size_t at : {kPreSkip, kGain})
        std::swap(header.content[at], header.content[at + 1]);
}

void walk(const Box &box, size_t head, size_t depth) {
    if (box.size < head)
        return;
    for_each_box(box.content + head, box.size - head, [depth](const Box &inner) {
        if (depth == std::size(kPath)) {
            if (inner.is("dOps"))
                mend(inner);
        } else if (inner.is(kPath[depth].type)) {
            walk(inner, kPath[depth].head, depth + 1);
        }
    });
}

}  // namespace

void mend_opus_headers(const Box &moov) {
    walk(moov, 0, 0);
}

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fragment_ends.h"

#include <algorithm>

#include "mp4_box.h"

namespace recordsink {

namespace {

uint32_t track_of(const ConstBox &moof) {
    uint32_t track = 0;
    for_each_box(moof.content, moof.size, [&](const ConstBox &traf) {
        if (traf.is("traf"))
            for_each_box(traf.content, traf.size, [&](const ConstBox &box) {
                if (box.is("tfhd"))
                    track = field(box, 4, 4);
            });
    });
    return track;
}

uint32_t track_of(GstBuffer *buffer) {
    uint32_t track = 0;
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return track;
    for_each_box(static_cast<const uint8_t *>(map.data), map.size, [&](const ConstBox &box) { track = track_of(box); });
    gst_buffer_unmap(buffer, &map);
    return track;
}

}  // namespace

std::optional<uint32_t> FragmentEnds::take(GstBuffer *buffer) {
    const uint64_t size = gst_buffer_get_size(buffer);
    if (missing_ > 0) {
        missing_ -= std::min(missing_, size);
        return missing_ == 0 ? std::optional(track_) : std::nullopt;
    }
    uint8_t head[8] = {};
    gst_buffer_extract(buffer, 0, head, sizeof head);
    if (memcmp(head + 4, "moof", 4) == 0)
        track_ = track_of(buffer);
    else if (memcmp(head + 4, "mdat", 4) == 0)
        missing_ = read_u32(head) - std::min<uint64_t>(read_u32(head), size);
    return std::nullopt;
}

}  // namespace recordsink

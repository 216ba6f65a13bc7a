// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media_ends.h"

#include <gst/gst.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "mp4_box.h"

namespace recordsink {

namespace {

// Of a header or the table of a fragment: beyond, it is none that we wrote.
constexpr uint64_t kLargestTable = 16 << 20;

struct Timing {
    uint32_t scale = 0;
    uint32_t duration = 0;  // of samples that say none
};

class Reader {
public:
    void table(const Box &box) {
        if (box.is("moov"))
            header(box);
        else if (box.is("moof"))
            for_each_box(box.content, box.size, [this](const Box &traf) {
                if (traf.is("traf"))
                    fragment(traf);
            });
    }
    [[nodiscard]] const std::map<uint32_t, int64_t> &ends() const { return ends_; }

private:
    void header(const Box &moov) {
        for_each_timescale(moov, [this](uint32_t id, uint32_t scale) { timings_[id].scale = scale; });
        for_each_box(moov.content, moov.size, [this](const Box &mvex) {
            if (mvex.is("mvex"))
                for_each_box(mvex.content, mvex.size, [this](const Box &trex) {
                    if (trex.is("trex"))
                        timings_[field(trex, 4, 4)].duration = field(trex, 12, 12);
                });
        });
    }

    void fragment(const Box &traf) {
        uint32_t id = 0;
        uint64_t time = 0;
        uint32_t duration = 0;
        for_each_box(traf.content, traf.size, [&](const Box &box) {
            if (box.is("tfhd")) {
                id = field(box, 4, 4);
                duration = default_duration(box, timings_[id].duration);
            } else if (box.is("tfdt")) {
                const bool is_long = box.size >= 12 && box.content[0] == 1;
                time = is_long ? read_u64(box.content + 4) : field(box, 4, 4);
            } else if (box.is("trun")) {
                time += duration_of(box, duration);
            }
        });
        if (const uint32_t scale = timings_[id].scale)
            ends_[id] = static_cast<int64_t>(gst_util_uint64_scale(time, GST_SECOND, scale));
    }

    static uint32_t flags(const Box &box) { return field(box, 0, 0) & 0xffffff; }

    static uint32_t default_duration(const Box &box, uint32_t otherwise) {
        const uint32_t has = flags(box);
        const size_t at = 8 + (has & tfhd::kBaseOffset ? 8 : 0) + (has & tfhd::kDescription ? 4 : 0);
        return has & tfhd::kDuration ? field(box, at, at) : otherwise;
    }

    // Of its samples together.
    static uint64_t duration_of(const Box &box, uint32_t otherwise) {
        const uint32_t has = flags(box);
        const uint64_t count = field(box, 4, 4);
        if (!(has & trun::kDuration))
            return count * otherwise;
        const size_t step =
            4 + (has & trun::kSize ? 4 : 0) + (has & trun::kFlags ? 4 : 0) + (has & trun::kTimeOffset ? 4 : 0);
        size_t at = 8 + (has & trun::kDataOffset ? 4 : 0) + (has & trun::kFirstFlags ? 4 : 0);
        uint64_t sum = 0;
        for (uint64_t i = 0; i < count && at + 4 <= box.size; i++, at += step)
            sum += read_u32(box.content + at);
        return sum;
    }

    std::map<uint32_t, Timing> timings_;
    std::map<uint32_t, int64_t> ends_;
};

}  // namespace

std::map<uint32_t, int64_t> media_ends(int fd, uint64_t length) {
    Reader reader;
    uint8_t head[16] = {};
    std::vector<uint8_t> table;
    for (uint64_t at = 0; pread(fd, head, sizeof head, static_cast<off_t>(at)) >= 8;) {
        const bool is_large = read_u32(head) == 1;
        const uint64_t size = is_large ? read_u64(head + 8) : read_u32(head);
        if (size < (is_large ? 16u : 8u) || at > length || size > length - at)
            break;
        const bool is_table = memcmp(head + 4, "moov", 4) == 0 || memcmp(head + 4, "moof", 4) == 0;
        if (is_table && !is_large && size <= kLargestTable) {
            table.resize(size);
            if (pread(fd, table.data(), size, static_cast<off_t>(at)) == static_cast<ssize_t>(size))
                for_each_box(table.data(), size, [&](const Box &box) { reader.table(box); });
        }
        at += size;
    }
    return reader.ends();
}

}  // namespace recordsink

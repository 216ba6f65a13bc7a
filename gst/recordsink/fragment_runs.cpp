// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fragment_runs.h"

#include "mp4_boxes.h"

namespace recordsink {

namespace {

using Box = Mp4Box<const uint8_t>;

// Of `tfhd` and `trun`, in the order in which the fields stand.
enum : uint32_t { kBaseOffset = 0x1, kDescription = 0x2, kDefaultDuration = 0x8, kDefaultSize = 0x10 };
enum : uint32_t { kOffset = 0x1, kFirstFlags = 0x4, kDuration = 0x100, kSize = 0x200, kFlags = 0x400, kTime = 0x800 };

std::string number(uint32_t value) {
    std::string bytes(4, '\0');
    write_u32(reinterpret_cast<uint8_t *>(bytes.data()), value);
    return bytes;
}

std::string text(const uint8_t *bytes, size_t size) {
    return {reinterpret_cast<const char *>(bytes), size};
}

std::string box(std::string_view type, const std::string &content) {
    std::string bytes = number(static_cast<uint32_t>(content.size() + 8));
    bytes += type;
    bytes += content;
    return bytes;
}

uint32_t flags_of(const Box &box) {
    return box.size >= 4 ? read_u32(box.content) & 0xffffff : 0;
}

// Null if it says none.
std::optional<uint32_t> default_size(const Box &tfhd) {
    const uint32_t flags = flags_of(tfhd);
    size_t at = 8;  // version, flags, number of the track
    at += flags & kBaseOffset ? 8 : 0;
    at += flags & kDescription ? 4 : 0;
    at += flags & kDefaultDuration ? 4 : 0;
    if (!(flags & kDefaultSize) || tfhd.size < at + 4)
        return std::nullopt;
    return read_u32(tfhd.content + at);
}

// Of the samples of a `trun`; null if that is told elsewhere, or it is broken.
std::optional<uint64_t> data_in(const Box &trun, std::optional<uint32_t> default_size) {
    const uint32_t flags = flags_of(trun);
    if (trun.size < 8)
        return std::nullopt;
    const uint64_t count = read_u32(trun.content + 4);
    if (!(flags & kSize))
        return default_size ? std::optional(count * *default_size) : std::nullopt;
    size_t sample = 0;
    for (const uint32_t field : {kDuration, kSize, kFlags, kTime})
        sample += flags & field ? 4 : 0;
    const size_t begin = 8 + (flags & kOffset ? 4 : 0) + (flags & kFirstFlags ? 4 : 0);
    if (trun.size < begin || count > (trun.size - begin) / sample)
        return std::nullopt;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; i++)
        sum += read_u32(trun.content + begin + i * sample + (flags & kDuration ? 4 : 0));
    return sum;
}

// The content of a `traf` whose data comes `later`, as the boxes before it have grown.
class TrackRuns {
public:
    explicit TrackRuns(uint32_t later) : later_(later) {}

    std::string content(const Box &traf) {
        const size_t whole = for_each_box(traf.content, traf.size, [this](const Box &inner) { add(inner); });
        return content_ + text(traf.content + whole, traf.size - whole);
    }

private:
    void add(const Box &inner) {
        if (inner.is("tfhd"))
            default_size_ = default_size(inner);
        content_ += box({inner.type, 4}, inner.is("trun") ? run(inner) : text(inner.content, inner.size));
    }

    std::string run(const Box &trun) {
        std::string content = text(trun.content, trun.size);
        const auto data = data_in(trun, default_size_);
        const bool has_place = flags_of(trun) & kOffset && trun.size >= 12;
        if (has_place) {
            next_ = read_u32(trun.content + 8) + later_;
            content.replace(8, 4, number(*next_));
        } else if (next_ && data) {
            content.insert(8, number(*next_));
            content[3] = static_cast<char>(content[3] | kOffset);
        }
        next_ = next_ && data ? std::optional(static_cast<uint32_t>(*next_ + *data)) : std::nullopt;
        return content;
    }

    const uint32_t later_;
    std::string content_;
    std::optional<uint32_t> default_size_;
    std::optional<uint32_t> next_;  // where the next run's data is; unknown before the first
};

std::string fragment(const Box &moof, uint32_t later) {
    std::string content;
    const size_t whole = for_each_box(moof.content, moof.size, [&](const Box &inner) {
        content +=
            box({inner.type, 4}, inner.is("traf") ? TrackRuns(later).content(inner) : text(inner.content, inner.size));
    });
    return box("moof", content + text(moof.content + whole, moof.size - whole));
}

GstPadProbeReturn take_bytes(GstPad *, GstPadProbeInfo *info, gpointer) {
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    char type[4] = {};
    gst_buffer_extract(buffer, 4, type, sizeof type);
    GstMapInfo map;
    if (memcmp(type, "moof", 4) != 0 || !gst_buffer_map(buffer, &map, GST_MAP_READ))
        return GST_PAD_PROBE_OK;
    const auto changed = with_places_of_runs({reinterpret_cast<const char *>(map.data), map.size});
    gst_buffer_unmap(buffer, &map);
    if (!changed)
        return GST_PAD_PROBE_OK;
    GstBuffer *replacement = gst_buffer_new_allocate(nullptr, changed->size(), nullptr);
    gst_buffer_fill(replacement, 0, changed->data(), changed->size());
    GST_PAD_PROBE_INFO_DATA(info) = replacement;
    gst_buffer_unref(buffer);
    return GST_PAD_PROBE_OK;
}

}  // namespace

std::optional<std::string> with_places_of_runs(std::string_view boxes) {
    const auto *bytes = reinterpret_cast<const uint8_t *>(boxes.data());
    std::string result;
    const size_t whole = for_each_box(bytes, boxes.size(), [&](const Box &outer) {
        if (!outer.is("moof")) {
            result += box({outer.type, 4}, text(outer.content, outer.size));
            return;
        }
        const size_t growth = fragment(outer, 0).size() - (outer.size + 8);
        result += fragment(outer, static_cast<uint32_t>(growth));
    });
    if (result.size() == whole)
        return std::nullopt;
    return result + std::string(boxes.substr(whole));
}

void give_places_to_runs(GstPad *file) {
    gst_pad_add_probe(file, GST_PAD_PROBE_TYPE_BUFFER, take_bytes, nullptr, nullptr);
}

}  // namespace recordsink

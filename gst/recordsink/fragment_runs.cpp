// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fragment_runs.h"

#include "mp4_box.h"

namespace recordsink {

namespace {

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

uint32_t flags_of(const ConstBox &box) {
    return box.size >= 4 ? read_u32(box.content) & 0xffffff : 0;
}

// Null if it says none.
std::optional<uint32_t> default_size(const ConstBox &box) {
    const uint32_t flags = flags_of(box);
    size_t at = 8;  // version, flags, number of the track
    at += flags & tfhd::kBaseOffset ? 8 : 0;
    at += flags & tfhd::kDescription ? 4 : 0;
    at += flags & tfhd::kDuration ? 4 : 0;
    if (!(flags & tfhd::kSize) || box.size < at + 4)
        return std::nullopt;
    return read_u32(box.content + at);
}

// The samples of a `trun`.
struct Samples {
    uint32_t count;
    size_t begin;   // of the first, in the content
    size_t length;  // of what is told of each
    size_t size;    // in that, where its size is told, or would be
};

// Null if it is broken.
std::optional<Samples> samples_of(const ConstBox &box) {
    const uint32_t flags = flags_of(box);
    if (box.size < 8)
        return std::nullopt;
    Samples samples = {read_u32(box.content + 4), 8, 0, flags & trun::kDuration ? 4u : 0u};
    samples.begin += (flags & trun::kDataOffset ? 4 : 0) + (flags & trun::kFirstFlags ? 4 : 0);
    for (const uint32_t field : {trun::kDuration, trun::kSize, trun::kFlags, trun::kTimeOffset})
        samples.length += flags & field ? 4 : 0;
    if (box.size < samples.begin || (samples.length > 0 && samples.count > (box.size - samples.begin) / samples.length))
        return std::nullopt;
    return samples;
}

uint32_t size_of(const ConstBox &box, const Samples &samples, size_t number) {
    return read_u32(box.content + samples.begin + number * samples.length + samples.size);
}

// Null if that is told elsewhere, or the `trun` is broken.
std::optional<uint64_t> data_in(const ConstBox &box, std::optional<uint32_t> default_size) {
    const auto samples = samples_of(box);
    if (!samples)
        return std::nullopt;
    if (!(flags_of(box) & trun::kSize))
        return default_size ? std::optional(static_cast<uint64_t>(samples->count) * *default_size) : std::nullopt;
    uint64_t sum = 0;
    for (size_t i = 0; i < samples->count; i++)
        sum += size_of(box, *samples, i);
    return sum;
}

// The content of a `trun` that tells no sizes, with that of each of its samples.
std::string with_sizes(const ConstBox &box, uint32_t size) {
    const auto samples = samples_of(box);
    if (!samples || (samples->length == 0 && samples->count > 1))
        return text(box.content, box.size);
    std::string content = text(box.content, samples->begin);
    content[2] = static_cast<char>(content[2] | trun::kSize >> 8);
    const uint8_t *sample = box.content + samples->begin;
    for (size_t i = 0; i < samples->count; i++, sample += samples->length)
        content +=
            text(sample, samples->size) + number(size) + text(sample + samples->size, samples->length - samples->size);
    return content;
}

// The content of a `traf` whose data comes `later`, as the boxes before it have grown.
class TrackRuns {
public:
    explicit TrackRuns(uint32_t later) : later_(later) {}

    std::string content(const ConstBox &traf) {
        const size_t whole = for_each_box(traf.content, traf.size, [this](const ConstBox &inner) { add(inner); });
        return content_ + text(traf.content + whole, traf.size - whole);
    }

private:
    void add(const ConstBox &inner) {
        if (inner.is("tfhd"))
            default_size_ = default_size(inner);
        content_ += box({inner.type, 4}, inner.is("trun") ? run(inner) : text(inner.content, inner.size));
    }

    std::string run(const ConstBox &box) {
        std::string content = text(box.content, box.size);
        if (!(flags_of(box) & trun::kSize) && !default_size_ && first_size_)
            content = with_sizes(box, *first_size_);
        const ConstBox sized = {box.type, reinterpret_cast<const uint8_t *>(content.data()), content.size()};
        const auto data = data_in(sized, default_size_);
        note_first(sized);
        const bool has_place = flags_of(box) & trun::kDataOffset && box.size >= 12;
        if (has_place) {
            next_ = read_u32(box.content + 8) + later_;
            content.replace(8, 4, number(*next_));
        } else if (next_ && data) {
            content.insert(8, number(*next_));
            content[3] = static_cast<char>(content[3] | trun::kDataOffset);
        }
        next_ = next_ && data ? std::optional(static_cast<uint32_t>(*next_ + *data)) : std::nullopt;
        return content;
    }

    void note_first(const ConstBox &run) {
        const auto samples = samples_of(run);
        if (!first_size_ && samples && samples->count > 0 && flags_of(run) & trun::kSize)
            first_size_ = size_of(run, *samples, 0);
    }

    const uint32_t later_;
    std::string content_;
    std::optional<uint32_t> default_size_;
    std::optional<uint32_t> first_size_;  // of the first sample
    std::optional<uint32_t> next_;        // where the next run's data is; unknown before the first
};

std::string fragment(const ConstBox &moof, uint32_t later) {
    std::string content;
    const size_t whole = for_each_box(moof.content, moof.size, [&](const ConstBox &inner) {
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
    const size_t whole = for_each_box(bytes, boxes.size(), [&](const ConstBox &outer) {
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

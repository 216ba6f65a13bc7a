// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fragment_times.h"

#include <algorithm>

#include "base/ref.h"
#include "mp4_box.h"
#include "opus_header.h"

namespace recordsink {

namespace {

constexpr const char *kTrack = "recordsink-track";

void add_to_decode_time(const Box &tfdt, uint64_t ticks) {
    constexpr size_t kTime = 4;  // behind version and flags
    if (tfdt.size >= kTime + 8 && tfdt.content[0] == 1)
        write_u64(tfdt.content + kTime, read_u64(tfdt.content + kTime) + ticks);
    else if (tfdt.size >= kTime + 4 && tfdt.content[0] == 0)
        write_u32(tfdt.content + kTime, static_cast<uint32_t>(read_u32(tfdt.content + kTime) + ticks));
}

}  // namespace

// Through the boxes of one buffer.
class FragmentTimes::Walk {
public:
    explicit Walk(State &state) : state_(state) {}

    void file(uint8_t *bytes, size_t size) {
        for_each_box(bytes, size, [this](const Box &box) {
            if (box.is("moov"))
                header(box);
            else if (box.is("moof"))
                fragment(box);
        });
    }

private:
    void header(const Box &moov) {
        for_each_timescale(moov, [this](uint32_t id, uint32_t scale) { state_.timescales[id] = scale; });
        mend_opus_headers(moov);
    }

    void fragment(const Box &moof) {
        for_each_box(moof.content, moof.size, [this](const Box &traf) {
            if (!traf.is("traf"))
                return;
            uint32_t id = 0;
            for_each_box(traf.content, traf.size, [&](const Box &box) {
                if (box.is("tfhd"))
                    id = field(box, 4, 4);
                else if (box.is("tfdt"))
                    add_to_decode_time(box, ticks_late(id));
            });
        });
    }

    // How much later than the first track this one begins.
    [[nodiscard]] uint64_t ticks_late(uint32_t id) const {
        if (id == 0 || id > state_.firsts.size() || !state_.firsts[id - 1])
            return 0;
        GstClockTime earliest = *state_.firsts[id - 1];
        for (const auto &first : state_.firsts)
            earliest = std::min(earliest, first.value_or(earliest));
        const auto timescale = state_.timescales.find(id);
        const uint64_t scale = timescale == state_.timescales.end() ? 0 : timescale->second;
        return gst_util_uint64_scale_round(*state_.firsts[id - 1] - earliest, scale, GST_SECOND);
    }

    State &state_;
};

void FragmentTimes::watch(GstElement *muxer, GstPad *file) {
    g_signal_connect(muxer, "pad-added", G_CALLBACK(take_pad), this);
    gst_pad_add_probe(file, GST_PAD_PROBE_TYPE_BUFFER, take_bytes, this, nullptr);
}

void FragmentTimes::begin_file() {
    auto state = state_.lock();
    state->timescales.clear();
    for (auto &first : state->firsts)
        first.reset();
}

void FragmentTimes::note_first(size_t track, GstClockTime first) {
    auto state = state_.lock();
    if (state->firsts.size() < track)
        state->firsts.resize(track);
    if (!state->firsts[track - 1])
        state->firsts[track - 1] = first;
}

std::optional<GstClockTime> FragmentTimes::first(size_t track) {
    auto state = state_.lock();
    return track > 0 && track <= state->firsts.size() ? state->firsts[track - 1] : std::nullopt;
}

std::optional<GstClockTime> FragmentTimes::earliest() {
    std::optional<GstClockTime> earliest;
    for (const auto &first : state_.lock()->firsts)
        if (first)
            earliest = std::min(earliest.value_or(*first), *first);
    return earliest;
}

void FragmentTimes::correct(uint8_t *bytes, size_t size) {
    auto state = state_.lock();
    Walk(*state).file(bytes, size);
}

void FragmentTimes::take_pad(GstElement *, GstPad *pad, gpointer times) {
    if (!GST_PAD_IS_SINK(pad))
        return;
    auto state = static_cast<FragmentTimes *>(times)->state_.lock();
    state->firsts.emplace_back();
    const size_t track = state->firsts.size();
    state.unlock();
    g_object_set_data(G_OBJECT(pad), kTrack, GSIZE_TO_POINTER(track));
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, take_unit, times, nullptr);
}

GstPadProbeReturn FragmentTimes::take_unit(GstPad *pad, GstPadProbeInfo *info, gpointer times) {
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    const size_t track = GPOINTER_TO_SIZE(g_object_get_data(G_OBJECT(pad), kTrack));
    const GstClockTime first = GST_BUFFER_DTS_OR_PTS(buffer);
    // mp4mux leaves out what only tells that there is nothing.
    const bool is_nothing = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP) && gst_buffer_get_size(buffer) == 0;
    if (GST_CLOCK_TIME_IS_VALID(first) && !is_nothing)
        static_cast<FragmentTimes *>(times)->note_first(track, first);
    return GST_PAD_PROBE_OK;
}

GstPadProbeReturn FragmentTimes::take_bytes(GstPad *, GstPadProbeInfo *info, gpointer times) {
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    char type[4] = {};
    gst_buffer_extract(buffer, 4, type, sizeof type);
    // What holds media is not touched, and mostly not even mapped.
    if (memcmp(type, "moov", 4) != 0 && memcmp(type, "moof", 4) != 0 && memcmp(type, "ftyp", 4) != 0)
        return GST_PAD_PROBE_OK;
    buffer = gst_buffer_make_writable(buffer);
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_READWRITE)) {
        static_cast<FragmentTimes *>(times)->correct(map.data, map.size);
        gst_buffer_unmap(buffer, &map);
    }
    return GST_PAD_PROBE_OK;
}

}  // namespace recordsink

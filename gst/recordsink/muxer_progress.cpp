// SPDX-License-Identifier: LGPL-2.1-or-later
#include "muxer_progress.h"

#include <algorithm>
#include <utility>

namespace recordsink {

namespace {

constexpr const char *kTrack = "recordsink-progress-track";

}  // namespace

void MuxerProgress::watch(GstElement *muxer) {
    g_signal_connect(muxer, "pad-added", G_CALLBACK(take_pad), this);
}

void MuxerProgress::begin_file() {
    for (Newest &newest : *tracks_.lock())
        newest = {};
    synced_.lock()->clear();
}

std::optional<GstClockTime> MuxerProgress::oldest(const Tracks &tracks, size_t track) {
    return track > 0 && track <= tracks.size() ? tracks[track - 1].front() : std::nullopt;
}

std::optional<GstClockTime> MuxerProgress::passed(size_t track) {
    return oldest(*tracks_.lock(), track);
}

std::optional<GstClockTime> MuxerProgress::synced(size_t track) {
    return oldest(*synced_.lock(), track);
}

std::optional<GstClockTime> MuxerProgress::taken(size_t track) {
    auto tracks = tracks_.lock();
    return track > 0 && track <= tracks->size() ? (*tracks)[track - 1].back() : std::nullopt;
}

void MuxerProgress::note_synced() {
    Tracks tracks = *tracks_.lock();
    *synced_.lock() = std::move(tracks);
}

void MuxerProgress::note_unit(size_t track, GstClockTime decoded) {
    auto tracks = tracks_.lock();
    if (tracks->size() < track)
        tracks->resize(track);
    Newest &newest = (*tracks)[track - 1];
    std::rotate(newest.begin(), newest.begin() + 1, newest.end());
    newest.back() = decoded;
}

void MuxerProgress::take_pad(GstElement *, GstPad *pad, gpointer progress) {
    if (!GST_PAD_IS_SINK(pad))
        return;
    auto tracks = static_cast<MuxerProgress *>(progress)->tracks_.lock();
    tracks->emplace_back();
    const size_t track = tracks->size();
    tracks.unlock();
    g_object_set_data(G_OBJECT(pad), kTrack, GSIZE_TO_POINTER(track));
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, take_unit, progress, nullptr);
}

GstPadProbeReturn MuxerProgress::take_unit(GstPad *pad, GstPadProbeInfo *info, gpointer progress) {
    const GstClockTime decoded = GST_BUFFER_DTS_OR_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
    if (GST_CLOCK_TIME_IS_VALID(decoded))
        static_cast<MuxerProgress *>(progress)->note_unit(GPOINTER_TO_SIZE(g_object_get_data(G_OBJECT(pad), kTrack)),
                                                          decoded);
    return GST_PAD_PROBE_OK;
}

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <array>
#include <optional>
#include <vector>

#include "base/guarded.h"

namespace recordsink {

// How far a muxer has come, told by what it takes in: what it gives has times of its own. Safe.
class MuxerProgress {
public:
    // Its pads, in the order in which they come, are tracks 1, 2...; it outlives the data.
    void watch(GstElement *muxer);
    void begin_file();

    // When a unit of the track is decoded before which all of the file was given out, whole; nothing if there is none.
    [[nodiscard]] std::optional<GstClockTime> passed(size_t track);
    // The same at the latest note_synced().
    [[nodiscard]] std::optional<GstClockTime> synced(size_t track);
    // When the latest unit of the track is decoded that it took; nothing if there is none.
    [[nodiscard]] std::optional<GstClockTime> taken(size_t track);
    // What was given out so far is on the disk.
    void note_synced();

    void note_unit(size_t track, GstClockTime decoded);

private:
    // The muxer holds one unit of each track, and may be at work on the one before.
    using Newest = std::array<std::optional<GstClockTime>, 3>;
    using Tracks = std::vector<Newest>;

    static std::optional<GstClockTime> oldest(const Tracks &tracks, size_t track);
    static void take_pad(GstElement *muxer, GstPad *pad, gpointer progress);
    static GstPadProbeReturn take_unit(GstPad *pad, GstPadProbeInfo *info, gpointer progress);

    rtspcore::Guarded<Tracks> tracks_;
    rtspcore::Guarded<Tracks> synced_;
};

}  // namespace recordsink

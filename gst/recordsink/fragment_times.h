// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/guarded.h"

namespace recordsink {

// Gives the tracks of a fragmented MP4 file their true places in time. mp4mux has each of them begin at 0, without an
// edit list, so that sound would be off by what its first packet is later than the picture: up to a packet, another in
// each segment. Here the times in the fragments (`tfdt`, ISO/IEC 14496-12 8.8.12) are moved on their way to the file.
// What mp4mux does to Opus is mended on that way as well.
// Safe; begin_file() comes before a file's data.
class FragmentTimes {
public:
    // The pads of `muxer`, in the order in which they come, are tracks 1, 2...; both outlive the data.
    void watch(GstElement *muxer, GstPad *file);
    void begin_file();

    // For what follows: `first`, in nanoseconds, is when the first unit of a track is decoded.
    void note_first(size_t track, GstClockTime first);
    // When the first unit of a track is decoded, and the first of all, which is 0 in the file's fragments. Nothing: no
    // unit came.
    [[nodiscard]] std::optional<GstClockTime> first(size_t track);
    [[nodiscard]] std::optional<GstClockTime> earliest();
    // `bytes` are of a file, from the beginning of a box. Any bytes are taken.
    void correct(uint8_t *bytes, size_t size);

private:
    struct State {
        std::vector<std::optional<GstClockTime>> firsts;
        std::map<uint32_t, uint32_t> timescales;  // of tracks, as the header says
    };
    class Walk;

    static void take_pad(GstElement *muxer, GstPad *pad, gpointer times);
    static GstPadProbeReturn take_unit(GstPad *pad, GstPadProbeInfo *info, gpointer times);
    static GstPadProbeReturn take_bytes(GstPad *pad, GstPadProbeInfo *info, gpointer times);

    rtspcore::Guarded<State> state_;
};

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>
#include <string_view>

namespace recordsink {

// Boxes of a fragmented MP4 file in which each run of samples (`trun`, ISO/IEC 14496-12 section 8.8.8) says where its
// data is. mp4mux of GStreamer 1.20 (Ubuntu 22.04) says it of the first of many and has the others follow on it, which
// the standard allows and ffmpeg does not read. Where sizes differ, it also leaves out that of a sample as large as the
// first of the fragment; it is added. Null if nothing is to be changed. Any bytes are taken.
std::optional<std::string> with_places_of_runs(std::string_view boxes);

// Has all that goes to `file` go through that.
void give_places_to_runs(GstPad *file);

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "settings.h"

namespace recordsink {

// How much of a file whose writing was cut short can be played.
struct WholePart {
    uint64_t length = 0;     // up to the end of the last fragment or packet that is whole
    bool has_media = false;  // false: a header at most
};

// Reads headers only. Any bytes give a value. Blocks for the disk.
WholePart whole_part(int fd, Format format);

// Whether it may be one that was recorded: it is empty, or begins as files of the format do, and if it is MP4 without
// media outside of fragments. Reads headers only. Blocks for the disk.
bool begins_as(int fd, Format format);

}  // namespace recordsink

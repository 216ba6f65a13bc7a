// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>

namespace recordsink {

// When the last unit of each track of a fragmented MP4 file ends, in decoding time, by the `tfdt` and `trun` boxes
// (ISO/IEC 14496-12 8.8.12, 8.8.8) of the fragments in its first `length` bytes; in nanoseconds from the file's 0.
// Tracks without a fragment are not in it. Any bytes give a value. Blocks for the disk.
std::map<uint32_t, int64_t> media_ends(int fd, uint64_t length);

}  // namespace recordsink

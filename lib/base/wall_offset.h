// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <limits>

#include "clock.h"

namespace rtspcore {

// The wall clock's time minus that of another clock, which `read` gives in nanoseconds. The one is read between two
// readings of the other; of several tries the one that was interrupted least counts.
template <typename Read, typename ReadWall>
Duration wall_offset(Read read, ReadWall read_wall) {
    constexpr int kTries = 4;
    constexpr int64_t kUninterrupted = 20'000;
    Duration best{0};
    int64_t shortest = std::numeric_limits<int64_t>::max();
    for (int i = 0; i < kTries && shortest > kUninterrupted; i++) {
        const int64_t before = read();
        const WallTime wall = read_wall();
        const int64_t took = read() - before;
        if (took >= shortest)
            continue;
        shortest = took;
        best = wall.time_since_epoch() - Duration(before + took / 2);
    }
    return best;
}

template <typename Read>
Duration wall_offset(Read read) {
    return wall_offset(read, wall_now);
}

}  // namespace rtspcore

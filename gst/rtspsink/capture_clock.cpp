// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capture_clock.h"

#include <algorithm>

namespace rtspsink {

using rtspcore::Duration;
using rtspcore::WallTime;

namespace {

constexpr int kTries = 3;

// The wall clock is read between two readings of the other; of several tries the one that was interrupted least counts.
Duration measure_offset(GstClock *clock) {
    Duration best{0};
    GstClockTimeDiff shortest = G_MAXINT64;
    for (int i = 0; i < kTries; ++i) {
        const GstClockTime before = gst_clock_get_time(clock);
        const Duration wall = rtspcore::wall_now().time_since_epoch();
        const GstClockTimeDiff took = GST_CLOCK_DIFF(before, gst_clock_get_time(clock));
        if (took >= shortest)
            continue;
        shortest = took;
        best = wall - Duration(static_cast<int64_t>(before) + took / 2);
    }
    return best;
}

}  // namespace

WallTime CaptureClock::wall_time(GstClock *clock, GstClockTime time) {
    const rtspcore::Time now = rtspcore::monotonic_now();
    auto state = state_.lock();
    if (state->clock != clock || now - state->measured >= kInterval)
        *state = {clock, measure_offset(clock), now};
    return WallTime(Duration(static_cast<int64_t>(time)) + state->offset);
}

}  // namespace rtspsink

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

WallTime CaptureClock::wall_time(const Reading &reading, const std::string &path) {
    GstClock *clock = reading.clock.get();
    const Duration shown(static_cast<int64_t>(reading.time));
    if (const auto offset = reference_offset(clock, path))
        return WallTime(shown + *offset);
    const rtspcore::Time now = rtspcore::monotonic_now();
    auto state = state_.lock();
    if (state->clock != clock || now - state->measured >= kInterval)
        *state = {clock, measure_offset(clock), now};
    return WallTime(shown + state->offset);
}

std::optional<Duration> CaptureClock::reference_offset(const GstClock *clock, const std::string &path) {
    auto references = references_.lock();
    const auto found = references->find(path);
    if (found == references->end() || found->second.clock != clock)
        return std::nullopt;
    return found->second.offset;
}

void CaptureClock::take_reference(const Reading &reading, const std::string &path, const void *teller,
                                  WallTime reference) {
    auto references = references_.lock();
    Reference &told = (*references)[path];
    if (told.teller && told.teller != teller)
        return;
    told = {teller, reading.clock.get(), reference.time_since_epoch() - Duration(static_cast<int64_t>(reading.time))};
}

void CaptureClock::forget_reference(const void *teller) {
    std::erase_if(*references_.lock(), [&](const auto &item) { return item.second.teller == teller; });
}

}  // namespace rtspsink

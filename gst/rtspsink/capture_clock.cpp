// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capture_clock.h"

#include <algorithm>

#include "base/wall_offset.h"

namespace rtspsink {

using rtspcore::Duration;
using rtspcore::WallTime;

namespace {

Duration measure_offset(GstClock *clock) {
    return rtspcore::wall_offset([&] { return static_cast<int64_t>(gst_clock_get_time(clock)); });
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

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "base/clock.h"
#include "base/guarded.h"

namespace rtspsink {

// Maps the pipeline's clock to wall-clock time, the same for all pads of an element, so that a viewer can bring their
// streams together. Safe.
class CaptureClock {
public:
    // The wall-clock time at which `clock` shows, or showed, `time`.
    [[nodiscard]] rtspcore::WallTime wall_time(GstClock *clock, GstClockTime time);

private:
    // Often enough to follow a wall clock that NTP steers (500 ppm at most: 1 ms), seldom enough to cost nothing.
    static constexpr std::chrono::seconds kInterval{2};

    struct State {
        const void *clock = nullptr;   // which one was measured; only compared
        rtspcore::Duration offset{0};  // wall clock minus pipeline clock
        rtspcore::Time measured;
    };
    rtspcore::Guarded<State> state_;
};

}  // namespace rtspsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/guarded.h"
#include "problem.h"

namespace rtspsink {

// Maps the pipeline's clock to wall-clock time, the same for all pads of a path, so that a viewer can bring their
// streams together: by the reference that upstream gives one of them, whosever clock that is of; where it gives none,
// by this machine's clock. Safe.
class CaptureClock {
public:
    // What a clock shows, or showed.
    struct Reading {
        Ref<GstClock> clock;
        GstClockTime time = 0;
    };

    // The wall-clock time of `reading` for the streams of `path`.
    [[nodiscard]] rtspcore::WallTime wall_time(const Reading &reading, const std::string &path);

    // A stream of `path`, which `teller` stands for, was told that it was `reference` then. Of several that are told
    // such times the first counts, until it is forgotten.
    void take_reference(const Reading &reading, const std::string &path, const void *teller,
                        rtspcore::WallTime reference);
    // The stream is one of another path, or of none.
    void forget_reference(const void *teller);

private:
    std::optional<rtspcore::Duration> reference_offset(const GstClock *clock, const std::string &path);
    // Often enough to follow a wall clock that NTP steers (500 ppm at most: 1 ms), seldom enough to cost nothing.
    static constexpr std::chrono::seconds kInterval{2};

    struct Reference {
        const void *teller = nullptr;
        const void *clock = nullptr;
        rtspcore::Duration offset{0};  // reference minus pipeline clock
    };
    struct State {
        const void *clock = nullptr;   // which one was measured; only compared
        rtspcore::Duration offset{0};  // wall clock minus pipeline clock
        rtspcore::Time measured;
    };
    rtspcore::Guarded<State> state_;
    rtspcore::Guarded<std::map<std::string, Reference>> references_;  // by path
};

}  // namespace rtspsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <vector>

#include "base/clock.h"
#include "failure.h"

namespace rtspproxy {

// Where to try next, and when. Pure: no clock, no socket; chance is handed in. Confined to the thread of its owner.
//
// A round tries each location once, in their order of priority; at one location each transport, beginning with the one
// that worked there last. Between rounds it waits, twice as long each time, up to a bound, by chance up to a half less,
// so that those who lost one camera together do not come back together.
class ConnectPlan {
public:
    struct Config {
        std::vector<size_t> transports;  // how many each location has; there is one location at least
        rtspcore::Duration backoff_min{};
        rtspcore::Duration backoff_max{};
    };
    struct Attempt {
        size_t location = 0;
        size_t transport = 0;
        bool operator==(const Attempt &) const = default;
    };
    struct Step {
        Attempt attempt;
        rtspcore::Duration wait{};
        bool round_over = false;  // nothing is left that was not tried
    };
    using Chance = std::function<double()>;  // from 0 to 1

    ConnectPlan(Config config, Chance chance);

    [[nodiscard]] Attempt current() const { return current_; }
    // Since media came last.
    [[nodiscard]] unsigned attempts() const { return attempts_; }

    // Media comes by the current attempt.
    void playing(rtspcore::Time now);
    // The current attempt came to nothing, or its stream was lost. `described`: the other side told what it has, so
    // that the transport may be what is wrong.
    Step failed(rtspcore::Time now, Reason reason, bool described);

    // What an attempt at that location would be.
    [[nodiscard]] Attempt at(size_t location) const { return {location, remembered_[location]}; }
    // It has been found to be there: the next attempt is this, in a round that begins.
    void go_to(size_t location);

private:
    Step lost(rtspcore::Time now);
    Step next_location(Reason reason);
    Step step_to(size_t location, rtspcore::Duration wait);
    [[nodiscard]] rtspcore::Duration backoff(Reason reason);

    const Config config_;
    const Chance chance_;
    Attempt current_;
    std::vector<size_t> remembered_;  // transport of each location
    std::vector<bool> tried_;         // of this round
    size_t transports_tried_ = 0;     // at the current location
    unsigned attempts_ = 0;
    unsigned rounds_ = 0;
    bool playing_ = false;
    rtspcore::Time since_{};
};

}  // namespace rtspproxy

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <thread>

#include "base/clock.h"

namespace rtspcore::test {

// Load comes at a rate of its own, not in answer to something: each thread of it waits for its turn.
inline void await_turn(Time turn) {
    std::this_thread::sleep_until(turn);
}

// Turns at one interval, whatever is done in them; one that is missed is not made up for. Confined to one thread.
class Pace {
public:
    explicit Pace(Duration interval) : interval_(interval), turn_(monotonic_now()) {}

    void await_next() {
        turn_ = std::max(turn_ + interval_, monotonic_now());
        await_turn(turn_);
    }

private:
    const Duration interval_;
    Time turn_;
};

}  // namespace rtspcore::test

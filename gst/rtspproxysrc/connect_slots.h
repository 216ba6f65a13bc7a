// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>

#include "base/clock.h"
#include "base/guarded.h"

namespace rtspproxy {

// When those of one pipeline connect for the first time: one after the other, so that hundreds that start together are
// no storm for the network or the recorder that they all come from. Safe.
class ConnectSlots {
public:
    static constexpr std::chrono::milliseconds kApart{20};

    // How long to wait until it is one's turn.
    [[nodiscard]] rtspcore::Duration take(rtspcore::Time now) {
        auto next = next_.lock();
        const rtspcore::Time slot = std::max(*next, now);
        *next = slot + kApart;
        return slot - now;
    }

private:
    rtspcore::Guarded<rtspcore::Time> next_;
};

}  // namespace rtspproxy

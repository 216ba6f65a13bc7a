// SPDX-License-Identifier: LGPL-2.1-or-later
#include "outage_notice.h"

namespace rtspproxy {

// What is left out is told by a later attempt, if it still holds.
bool OutageNotice::is_due(const Status &status, rtspcore::Time now) {
    constexpr std::chrono::seconds kPause{10};
    if (status.state == State::Playing || status.state == State::Stopped)
        told_.reset();
    if (status.state == State::Stopped)
        last_.reset();
    // Another location or transport that is tried at once may have it.
    const bool is_out = status.state == State::Waiting && status.wait > rtspcore::Duration();
    if (!is_out || told_ == status.failure.reason || (last_ && now - *last_ < kPause))
        return false;
    told_ = status.failure.reason;
    last_ = now;
    return true;
}

}  // namespace rtspproxy

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <utility>

#include "base/clock.h"
#include "media/packet_batch.h"

namespace rtspcore::media {

// A unit and the RTP time at which it is sent, which in a join burst may not be its own. Costs a reference: the copy
// with the other time is made when it is sent, and lives as long as that takes.
struct TimedUnit {
    // At its own time.
    TimedUnit(SharedBatch own) : unit(std::move(own)), time(unit->properties().time) {}
    TimedUnit(SharedBatch other, rtp::RtpTime sent_at, Duration moved)
        : unit(std::move(other)), time(sent_at), shift(moved) {}

    SharedBatch unit;
    rtp::RtpTime time;
    Duration shift{};  // by which its capture time moves along

    // The unit itself, or a copy that differs in its times.
    [[nodiscard]] SharedBatch batch() const;
};

}  // namespace rtspcore::media

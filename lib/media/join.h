// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "media/cursor.h"
#include "media/mount.h"
#include "media/packet_batch.h"
#include "media/ring.h"
#include "media/timed_unit.h"

namespace rtspcore::media {

// How one viewer begins.
enum class JoinKind : uint8_t {
    Burst,     // at the last key unit of the ring, which is sent at once
    KeyFrame,  // at the next key unit
    Now,       // at the next unit
};

// `encoder_answers`: whether upstream is known, or still believed, to make a key frame when asked.
JoinKind choose_join(const Ring &ring, const TrackSelection &selection, const MountConfig &config,
                     bool encoder_answers);

// What brings a joining viewer from the last key unit of each dependent track to the live edge: those units with their
// RTP times squeezed together, in order, to end at the live time, so that a player that shows them at their times is
// not late for ever; and the newest unit of every other track, which needs no past. Pictures that may still be
// reordered with what comes after keep their true times. Sequence numbers are the true ones; capture times follow the
// RTP times along the true mapping, so that a sender report made of any of them is right. `squeeze` is false for
// lossless viewers, who keep true times.
std::vector<TimedUnit> make_join_burst(const Ring &ring, const TrackSelection &selection,
                                       const std::vector<std::shared_ptr<Track>> &tracks, bool squeeze);

// What ended those tracks that have ended, where who begins at the end of the ring would never be told.
std::vector<TimedUnit> make_goodbyes(const Ring &ring, const std::vector<std::shared_ptr<Track>> &tracks);

}  // namespace rtspcore::media

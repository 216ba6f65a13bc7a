// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "media/protection.h"
#include "media/ring.h"

namespace rtspcore::media {

// Which numbers of a track a viewer that comes now may be sent first.
struct SequenceWindow {
    uint8_t track = 0;
    rtp::Ssrc ssrc = 0;
    rtp::ExtendedSequence oldest = 0;  // that the ring has
    rtp::ExtendedSequence newest = 0;
    Duration length{};  // from the one to the other
};

// Of the tracks that have packets in the ring.
std::vector<SequenceWindow> sequence_windows(const Ring &ring);

// What a viewer is told: the keys and, by track, the rollover counter of its first packets; 0 where none is named.
struct KeyOffer {
    std::shared_ptr<Protection> protection;
    std::map<uint8_t, uint32_t> rollovers;
};

// Who gets which keys of a mount. Safe.
//
// A client that reads `a=crypto` takes the rollover counter (RFC 3711 section 3.3.1) of its first packet for 0, and no
// description can tell it otherwise. So the keys that are told begin with the cycle of sequence numbers that is under
// way: all who are described the mount within one cycle share them, and their batches are encrypted once. Near the end
// of a cycle, where a first packet may still be of it or already of the next, every viewer gets keys of its own.
// Viewers keep their keys as long as they watch; those who come get new ones after `lifetime`, and nobody sees a break.
class MountKeys {
public:
    KeyOffer offer(const std::vector<SequenceWindow> &windows, Time now, Duration lifetime);

    // For a multicast group, which has one key for all: while it sends, those who are described the mount are told that
    // key, and where its counter stands. Nothing when no group sends with keys, or near the end of a cycle.
    std::optional<KeyOffer> offer_of_group(const std::vector<SequenceWindow> &windows);
    // The group is going to be sent with these keys, null being as it is. False if it is sent with others.
    [[nodiscard]] bool may_join_group(const std::shared_ptr<Protection> &protection);
    bool join_group(const std::shared_ptr<Protection> &protection);
    void leave_group();

    // How long a viewer may take from its description to its first packet without missing the cycle.
    static constexpr std::chrono::seconds kPatience{5};
    // Before the rate of a track is known.
    static constexpr rtp::ExtendedSequence kUnknownMargin = 4096;

private:
    struct State {
        std::shared_ptr<Protection> current;
        Time made{};
        std::shared_ptr<Protection> group;
        unsigned members = 0;
    };
    Guarded<State> state_;
};

}  // namespace rtspcore::media

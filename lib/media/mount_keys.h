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

// Which packets of a track a viewer that comes now may be sent first.
struct SequenceWindow {
    uint8_t track = 0;
    rtp::Ssrc ssrc = 0;
    uint64_t run = 0;
    rtp::ExtendedSequence oldest = 0;  // where a burst would begin
    rtp::ExtendedSequence newest = 0;
    double rate = 0;  // packets a second; 0: not known yet
};

// Of those of the tracks that have packets in the ring.
std::vector<SequenceWindow> sequence_windows(const Ring &ring, const std::vector<uint8_t> &tracks);

// What a viewer was told of its keys, and where it stands.
struct KeyOffer {
    std::shared_ptr<Protection> protection = {};  // null: nothing is encrypted
    std::map<uint8_t, uint32_t> rollovers = {};   // by track, of its first packets; 0 where none is named
    std::map<uint8_t, RunPosition> heard = {};    // by track, what it was sent last

    [[nodiscard]] uint32_t rollovers_of(uint8_t track) const;
    // Whether it can decrypt that packet of the track.
    [[nodiscard]] bool fits(uint8_t track, const RunPosition &packet, rtp::Ssrc ssrc) const;
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
    // Whether the group is, or may be, sent with these keys, null being as it is.
    [[nodiscard]] bool may_join_group(const std::shared_ptr<Protection> &protection);
    // One more member. The same answer; false: it is none.
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

        [[nodiscard]] bool admits(const std::shared_ptr<Protection> &protection) const {
            return members == 0 || group == protection;
        }
    };
    Guarded<State> state_;
};

}  // namespace rtspcore::media

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "media/packet_batch.h"

namespace rtspcore::media {

// The place of a batch in the order in which a mount's batches were published: counts up by one, never reused.
using RingIndex = uint64_t;

struct RingLimits {
    std::chrono::milliseconds duration{
        2000};                        // the least that is kept, if `bytes` allows; the current GOPs are kept beyond it
    size_t bytes = 32 * 1024 * 1024;  // the most that is kept
};

struct RingSnapshot {
    RingIndex begin = 0;
    std::vector<SharedBatch> batches;
};

// The memory of a mount: its last batches, all tracks in the order in which they were published. It begins at, or
// before, the last key frame of each track that is older than `duration`, unless `bytes` says otherwise. A track that
// was silent for kLongestPause does not count beside others. Confined to one thread, or to a lock.
class Ring {
public:
    Ring() = default;
    explicit Ring(RingLimits limits) : limits_(limits) {}

    // Forgets what is no longer kept.
    void append(SharedBatch batch);
    // For mirrors. Continues at `index`; if that leaves a gap, because the mailbox overflowed, what was before it is
    // forgotten. Nothing else is before trim().
    void append_at(RingIndex index, SharedBatch batch);
    // Forgets what is no longer kept, once everybody had the chance to take it.
    void trim();

    [[nodiscard]] RingIndex begin() const { return begin_; }
    [[nodiscard]] RingIndex end() const { return begin_ + entries_.size(); }
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] const SharedBatch &at(RingIndex index) const { return entries_[index - begin_].batch; }
    // What all batches from `index` on cost to keep.
    [[nodiscard]] size_t bytes_from(RingIndex index) const;
    [[nodiscard]] size_t bytes() const { return empty() ? 0 : bytes_from(begin_); }

    // The newest entry point (PacketBatch::is_entry_point), of any track or of one. Nothing if there is none.
    [[nodiscard]] std::optional<RingIndex> last_entry_point() const;
    [[nodiscard]] std::optional<RingIndex> last_entry_point(uint8_t track) const;
    // The newest RTP batch of a track.
    [[nodiscard]] std::optional<RingIndex> newest(uint8_t track) const;

    // Whether of that track nothing came for kStale before `when`, nor since.
    [[nodiscard]] bool is_silent(uint8_t track, Time when) const;
    // A newest unit that is older says nothing about now: the track pauses.
    static constexpr std::chrono::seconds kStale{1};

    static constexpr std::chrono::seconds kLongestPause{10};

    [[nodiscard]] RingSnapshot snapshot() const;

private:
    struct Entry {
        SharedBatch batch;
        uint64_t bytes_before;  // of all that was ever appended
    };
    struct OfTrack {
        std::deque<RingIndex> entry_points;
        Time newest_made{};  // also of what is forgotten
    };
    void add(SharedBatch batch);
    // The entry points from which everything is kept.
    [[nodiscard]] RingIndex oldest_needed() const;
    void drop_front();

    RingLimits limits_;
    RingIndex begin_ = 0;
    std::deque<Entry> entries_;
    std::map<uint8_t, OfTrack> tracks_;
    Time known_from_{};  // nothing is known of what was before
    uint64_t bytes_appended_ = 0;
};

}  // namespace rtspcore::media

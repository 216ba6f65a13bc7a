// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "media/packet_batch.h"

namespace rtspcore::media {

// The place of a batch in the order in which a mount's batches were published: counts up by one, never reused.
using RingIndex = uint64_t;

struct RingLimits {
    std::chrono::milliseconds duration{2000};  // the least that is kept, if `bytes` allows; the current GOP is kept beyond it
    size_t bytes = 32 * 1024 * 1024;           // the most that is kept
};

struct RingSnapshot {
    RingIndex begin = 0;
    std::vector<SharedBatch> batches;
};

// The memory of a mount: its last batches, all tracks in the order in which they were published. It begins at, or before, the last key
// frame that is older than `duration`, unless `bytes` says otherwise. Confined to one thread, or to a lock.
class Ring {
public:
    Ring() = default;
    explicit Ring(RingLimits limits) : limits_(limits) {}

    void append(SharedBatch batch);
    // Continues at `index`, whatever was lost before it: for mirrors whose mailbox overflowed.
    void append_at(RingIndex index, SharedBatch batch);

    [[nodiscard]] RingIndex begin() const { return begin_; }
    [[nodiscard]] RingIndex end() const { return begin_ + batches_.size(); }
    [[nodiscard]] bool empty() const { return batches_.empty(); }
    [[nodiscard]] const SharedBatch &at(RingIndex index) const { return batches_[static_cast<size_t>(index - begin_)]; }
    [[nodiscard]] size_t bytes() const { return bytes_; }

    // The newest batch from which a decoder can begin: a key unit of a track that has dependent units. Nothing if there is none.
    [[nodiscard]] std::optional<RingIndex> last_key() const;

    [[nodiscard]] RingSnapshot snapshot() const;

private:
    void trim();

    RingLimits limits_;
    RingIndex begin_ = 0;
    std::deque<SharedBatch> batches_;
    std::deque<RingIndex> keys_;
    size_t bytes_ = 0;
};

}  // namespace rtspcore::media

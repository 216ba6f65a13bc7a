// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>

#include "base/guarded.h"
#include "base/unique_fd.h"
#include "media/packet_batch.h"
#include "media/ring.h"

namespace rtspcore::media {

// What a mount hands to an I/O thread.
struct Delivery {
    uint64_t mount = 0;  // Mount::id()
    RingIndex index = 0;
    SharedBatch batch;  // null: the mount is closed
};

// The way from streaming threads to one I/O thread. Safe.
// Bounded by kCapacity and kMaxBytes; the oldest batch goes first: the I/O thread sees the gap in the indices and
// treats it as batches that its mirror has forgotten already.
class Mailbox {
public:
    static constexpr size_t kCapacity = 16384;
    static constexpr size_t kMaxBytes = 64 * 1024 * 1024;

    Mailbox();

    // Stores only, so it may be called under a lock; whoever called it calls wake() once the lock is gone.
    void put(Delivery delivery);
    // At most one system call, none when the reader was told already.
    void wake();

    // For the reader: becomes readable (EPOLLIN) after wake().
    [[nodiscard]] int fd() const { return fd_.get(); }
    // Moves everything into `out`, which is cleared first.
    void take(std::deque<Delivery> &out);
    [[nodiscard]] uint64_t overflows() const { return overflows_.load(std::memory_order_relaxed); }

private:
    UniqueFd fd_;
    std::atomic<bool> told_{false};
    std::atomic<uint64_t> overflows_{0};
    struct Content {
        std::deque<Delivery> deliveries;
        size_t bytes = 0;
    };
    static bool drop_oldest(Content &content);
    Guarded<Content> content_;
};

}  // namespace rtspcore::media

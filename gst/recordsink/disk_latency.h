// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>

namespace recordsink {

// How long the disk takes for a sync, in nanoseconds. Safe: one at a time notes, any may ask.
class DiskLatency {
public:
    void note(int64_t took) {
        constexpr int64_t kWeight = 8;
        const int64_t before = recent_;
        recent_ = before == 0 ? took : before + (took - before) / kWeight;
        if (took > longest_)
            longest_ = took;
    }
    // A running mean of the last few.
    [[nodiscard]] int64_t recent() const { return recent_; }
    [[nodiscard]] int64_t longest() const { return longest_; }

private:
    std::atomic<int64_t> recent_{0};
    std::atomic<int64_t> longest_{0};
};

}  // namespace recordsink

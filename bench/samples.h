// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "base/clock.h"
#include "json.h"

namespace bench {

// Durations of one kind, kept one by one so that percentiles are exact. Confined to one thread.
class Samples {
public:
    void add(rtspcore::Duration duration) {
        values_.push_back(std::chrono::duration<float, std::milli>(duration).count());
    }
    [[nodiscard]] size_t size() const { return values_.size(); }

    // An object with count, p50, p90, p99, min and max in milliseconds; of no samples only the count.
    [[nodiscard]] Json summary() const;
    // How many samples are below each bound of a fixed 1-2-5 series of milliseconds, not counting those below the bound
    // before it.
    [[nodiscard]] Json histogram() const;

private:
    std::vector<float> values_;
};

}  // namespace bench

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>

#include "gop_queue.h"

namespace recordsink {

// Tells at which key frames a file ends because it was asked for, or because the wall clock says so. Confined to the
// thread of the feed that splitmuxsink cuts by, but for what is said to be safe.
class CutPlan {
public:
    struct Step {
        const char *cut = nullptr;              // a new file begins with this key frame, and why
        std::optional<RunningTime> wanted_key;  // when upstream is to make one, if it does what it is asked
    };

    // Files begin at multiples of `period` since 1970, in nanoseconds; 0: they do not. `asked`, borrowed, counts the
    // requests for a cut; may be null.
    CutPlan(int64_t period, const std::atomic<unsigned> *asked)
        : period_(period), asked_(asked), done_(asked ? asked->load() : 0) {}

    // `unit` is a key frame that is next.
    [[nodiscard]] Step at_key(const Unit &unit);

private:
    const int64_t period_;
    const std::atomic<unsigned> *const asked_;
    unsigned done_;
    std::optional<int64_t> number_;  // of the period that the file is of
    std::optional<RunningTime> wanted_;
};

// The cuts that were made, until the files that they end are closed. Confined, or guarded by who owns it.
class Cuts {
public:
    void add(RunningTime at, const char *reason) { cuts_.push_back({at, reason}); }
    // Why a file that ends here did; `otherwise` if no cut was made there.
    const char *reason_at(RunningTime end, const char *otherwise);

private:
    struct Cut {
        RunningTime at;
        const char *reason;
    };
    std::deque<Cut> cuts_;
};

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>

#include "gop_queue.h"

namespace recordsink {

// Tells at which key frames a file ends: because it is as long or as large as it may be, because the wall clock says
// so, or because it was asked for. Confined to the thread of the feed that splitmuxsink cuts by.
class CutPlan {
public:
    struct Step {
        const char *cut = nullptr;              // a new file begins with this key frame, and why
        std::optional<RunningTime> wanted_key;  // when upstream is to make one, if it does what it is asked
    };

    struct Bounds {
        RunningTime duration = 0;  // a file ends at the first key frame after so long; 0: no bound
        uint64_t bytes = 0;        // and at the one before there would be more media in it; 0: no bound
        bool aligned = false;      // files begin at multiples of `duration` since 1970 instead
    };

    // `asked`, borrowed, counts the requests for a cut; may be null.
    CutPlan(const Bounds &bounds, const std::atomic<unsigned> *asked)
        : bounds_(bounds), asked_(asked), done_(asked ? asked->load() : 0) {}

    // `unit` is a key frame that is next, after so many bytes of all streams.
    [[nodiscard]] Step at_key(const Unit &unit, uint64_t passed_bytes);

private:
    // What the file that is being written begins with.
    struct File {
        RunningTime start = 0;
        int64_t period = 0;  // since 1970
        uint64_t passed_bytes = 0;
        uint64_t largest_gop = 0;  // of those that are in it
    };

    [[nodiscard]] int64_t period_of(const Unit &unit) const;
    [[nodiscard]] const char *reason_to_end(const Unit &unit, uint64_t passed_bytes) const;
    [[nodiscard]] std::optional<RunningTime> next_wanted(const Unit &unit) const;

    const Bounds bounds_;
    const std::atomic<unsigned> *const asked_;
    unsigned done_;
    std::optional<File> file_;
    uint64_t passed_bytes_ = 0;  // before the key frame before
    std::optional<RunningTime> wanted_;
};

// The cuts that were made, until the files that they end are closed. Confined, or guarded by who owns it.
class Cuts {
public:
    // At the key frame that is shown at `at`, and decoded when it says.
    void add(RunningTime at, RunningTime decoded, const char *reason) { cuts_.push_back({at, decoded, reason}); }
    // Why a file that ends here did, whose last picture is decoded then; null if no cut was made there.
    const char *reason_at(RunningTime end, RunningTime last_decoded);

private:
    struct Cut {
        RunningTime at;
        RunningTime decoded;
        const char *reason;
    };
    std::deque<Cut> cuts_;
};

}  // namespace recordsink

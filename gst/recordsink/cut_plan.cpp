// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cut_plan.h"

#include <algorithm>
#include <cstdlib>

namespace recordsink {

namespace {

// The wall clock is read anew for each frame, and the two clocks do not run alike.
constexpr RunningTime kLongestTolerance = 20'000'000;
// splitmuxsink tells times of muxed frames, rounded as the muxer likes.
constexpr RunningTime kSameTime = 10'000'000;

}  // namespace

CutPlan::Step CutPlan::at_key(const Unit &unit) {
    Step step;
    if (const unsigned asked = asked_ ? asked_->load() : done_; asked != done_) {
        done_ = asked;
        step.cut = "signal";
    }
    if (period_ == 0)
        return step;
    const RunningTime tolerance = std::min(unit.duration / 2, kLongestTolerance);
    const int64_t number = (unit.time + unit.capture_offset + tolerance) / period_;
    if (number_ && number != *number_)
        step.cut = "aligned";
    number_ = number;
    // The offset may have changed since it was asked for.
    const RunningTime next = (number + 1) * period_ - unit.capture_offset;
    if (!wanted_ || std::abs(next - *wanted_) > tolerance)
        step.wanted_key = wanted_ = next;
    return step;
}

const char *Cuts::reason_at(RunningTime end, const char *otherwise) {
    const char *reason = otherwise;
    for (; !cuts_.empty() && cuts_.front().at <= end + kSameTime; cuts_.pop_front())
        if (cuts_.front().at >= end - kSameTime)
            reason = cuts_.front().reason;
    return reason;
}

}  // namespace recordsink

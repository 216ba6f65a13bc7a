// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cut_plan.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace recordsink {

namespace {

// The wall clock is read anew for each frame, and the two clocks do not run alike.
constexpr RunningTime kLongestTolerance = 20'000'000;

RunningTime tolerance_of(const Unit &unit) {
    return std::min(unit.duration / 2, kLongestTolerance);
}

// splitmuxsink tells times of muxed frames, rounded as the muxer likes.
constexpr RunningTime kSameTime = 10'000'000;

}  // namespace

int64_t CutPlan::period_of(const Unit &unit) const {
    return bounds_.aligned ? (unit.time + unit.capture_offset + tolerance_of(unit)) / bounds_.duration : 0;
}

// How large the GOP will be that begins is not known: as large, perhaps, as the largest one before it.
const char *CutPlan::reason_to_end(const Unit &unit, uint64_t passed_bytes) const {
    if (bounds_.aligned && period_of(unit) != file_->period)
        return "aligned";
    const bool is_long =
        bounds_.duration > 0 && !bounds_.aligned && unit.time - file_->start >= bounds_.duration - tolerance_of(unit);
    const bool is_large = bounds_.bytes > 0 && passed_bytes - file_->passed_bytes + file_->largest_gop > bounds_.bytes;
    return is_long || is_large ? "limit" : nullptr;
}

// Files that are bounded by bytes end at any time.
std::optional<RunningTime> CutPlan::next_wanted(const Unit &unit) const {
    if (bounds_.aligned)
        return (file_->period + 1) * bounds_.duration - unit.capture_offset;
    if (bounds_.duration > 0 && bounds_.bytes == 0)
        return file_->start + bounds_.duration;
    return std::nullopt;
}

CutPlan::Step CutPlan::at_key(const Unit &unit, uint64_t passed_bytes) {
    Step step;
    const unsigned asked = asked_ ? asked_->load() : 0;
    const bool is_asked = asked != std::exchange(done_, asked);
    if (file_) {
        file_->largest_gop = std::max(file_->largest_gop, passed_bytes - passed_bytes_);
        step.cut = is_asked ? "signal" : reason_to_end(unit, passed_bytes);
    }
    passed_bytes_ = passed_bytes;
    if (!file_ || step.cut)
        file_ = File{unit.time, period_of(unit), passed_bytes, 0};
    // The offset may have changed since it was asked for.
    const auto next = next_wanted(unit);
    if (next && (!wanted_ || std::abs(*next - *wanted_) > tolerance_of(unit)))
        step.wanted_key = wanted_ = next;
    return step;
}

// When the stream ends splitmuxsink does not cut any more at what it held back: then the key frame is in the file.
const char *Cuts::reason_at(RunningTime end, RunningTime last_decoded) {
    const char *reason = nullptr;
    for (; !cuts_.empty() && cuts_.front().at <= end + kSameTime; cuts_.pop_front())
        if (cuts_.front().at >= end - kSameTime && cuts_.front().decoded > last_decoded)
            reason = cuts_.front().reason;
    return reason;
}

}  // namespace recordsink

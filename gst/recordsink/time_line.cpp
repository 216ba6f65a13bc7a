// SPDX-License-Identifier: LGPL-2.1-or-later
#include "time_line.h"

#include <algorithm>
#include <cstdlib>

namespace recordsink {

namespace {

constexpr RunningTime kSecond = 1'000'000'000;
// Pictures whose stamps are those of presentation go back by a few.
constexpr RunningTime kMostBack = kSecond / 2;
constexpr RunningTime kMostForward = 2 * kSecond;
// A stream that stood still comes with the same delay as before.
constexpr RunningTime kJitter = kSecond;
// Without a clock: slides may be shown for long.
constexpr RunningTime kLongestUnit = 60 * kSecond;

}  // namespace

bool TimeLine::is_true_gap(RunningTime time, const Input &input) const {
    if (time < next_)
        return false;
    if (input.now)
        return std::abs(*input.now - time - lag_) <= kJitter;
    return input.is_sparse || time - next_ <= kLongestUnit;
}

TimeLine::Place TimeLine::place(const Input &input) {
    const RunningTime in_time = input.now ? std::max(*input.now - lag_, next_) : next_;
    Place place;
    place.time = input.stamp ? *input.stamp + shift_ : in_time;
    if (begun_ && (place.time < last_ - kMostBack || place.time > next_ + kMostForward)) {
        const bool is_true = is_true_gap(place.time, input);
        if (!is_true || !input.is_sparse)
            place.jumped_from = next_;
        if (!is_true) {
            shift_ += in_time - place.time;
            place.time = in_time;
        }
    } else if (input.now && input.stamp) {
        lag_ = *input.now - place.time;
    }
    if (begun_ && input.is_decoding_time)
        place.time = std::max(place.time, last_ + 1);  // muxers refuse what is decoded before the unit before
    place.shift = shift_;
    begun_ = true;
    last_ = place.time;
    next_ = place.time + input.duration;
    return place;
}

}  // namespace recordsink

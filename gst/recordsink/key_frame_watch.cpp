// SPDX-License-Identifier: LGPL-2.1-or-later
#include "key_frame_watch.h"

namespace recordsink {

namespace {

constexpr RunningTime kSecond = 1'000'000'000;
// Before the first one nothing can be recorded; later on GOPs may be long for good reasons.
constexpr RunningTime kAskFirst = 1 * kSecond;
constexpr RunningTime kAskNext = 20 * kSecond;
constexpr RunningTime kGiveUpFirst = 10 * kSecond;
constexpr RunningTime kGiveUpNext = 30 * kSecond;

}  // namespace

KeyFrameWatch::Verdict KeyFrameWatch::observe(RunningTime time, bool is_key) {
    Verdict verdict;
    const bool late = since_ && time - *since_ >= (has_key_ ? kGiveUpNext : kGiveUpFirst);
    verdict.is_key = is_key || late;
    if (verdict.is_key || !since_) {
        has_key_ |= verdict.is_key;
        since_ = asked_ = time;
        return verdict;
    }
    const RunningTime patience = has_key_ ? kAskNext : kAskFirst;
    verdict.ask = time - *since_ >= patience && time - asked_ >= kAskFirst;
    if (verdict.ask)
        asked_ = time;
    return verdict;
}

}  // namespace recordsink

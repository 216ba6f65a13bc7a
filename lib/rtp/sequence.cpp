// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/sequence.h"

#include <algorithm>

namespace rtspcore::rtp {

namespace {
constexpr ExtendedSequence kCycle = 0x10000;
}

ExtendedSequence SequenceExtender::extend(uint16_t sequence) {
    if (!highest_) {
        highest_ = kCycle + sequence;
        return *highest_;
    }
    // The distance as a signed 16-bit number picks the cycle; it cannot go below 0 as the first was lifted by a cycle.
    const auto distance = static_cast<int16_t>(sequence - static_cast<uint16_t>(*highest_));
    const ExtendedSequence extended = *highest_ + static_cast<ExtendedSequence>(static_cast<int64_t>(distance));
    if (extended > *highest_)
        highest_ = extended;
    return extended;
}

SequenceRun::Verdict SequenceRun::add(uint16_t sequence) {
    const bool is_first = highest_ == 0;
    last_ = extender_.extend(sequence);
    if (!is_first && last_ + kMaxMisorder <= highest_) {
        *this = {};
        (void)add(sequence);
        return Verdict::Anew;
    }
    if (last_ > highest_) {
        for (ExtendedSequence skipped = std::max(highest_ + 1, last_ - std::min(last_, kMaxMisorder - 1));
             skipped < last_; ++skipped)
            seen_.reset(skipped % kMaxMisorder);
        highest_ = last_;
        seen_.set(last_ % kMaxMisorder);
        return Verdict::New;
    }
    if (seen_.test(last_ % kMaxMisorder))
        return Verdict::Repeated;
    seen_.set(last_ % kMaxMisorder);
    return Verdict::New;
}

}  // namespace rtspcore::rtp

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/sequence.h"

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

}  // namespace rtspcore::rtp

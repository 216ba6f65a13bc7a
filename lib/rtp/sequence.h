// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace rtspcore::rtp {

// A sequence number that does not wrap: RFC 3550 appendix A.1's cycles in the upper bits.
using ExtendedSequence = uint64_t;

// Gives each 16-bit number the extended one nearest to the highest seen. The first is extended by one cycle (so that
// numbers before it stay positive). Confined to one thread.
class SequenceExtender {
public:
    ExtendedSequence extend(uint16_t sequence);

private:
    std::optional<ExtendedSequence> highest_;
};

}  // namespace rtspcore::rtp

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <bitset>
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

// The numbers of a sender as they come, each taken once. Confined to one thread.
class SequenceRun {
public:
    // How far back a packet may come late; what is further back is a sender that began anew (RFC 3550 appendix A.1).
    static constexpr ExtendedSequence kMaxMisorder = 128;

    enum class Verdict : uint8_t {
        New,
        Repeated,
        Anew,  // the sender counts from somewhere else: all is forgotten but this one
    };
    Verdict add(uint16_t sequence);
    // As extended, of what was added last. Another run begins with a cycle of its own.
    [[nodiscard]] ExtendedSequence last() const { return last_; }

private:
    SequenceExtender extender_;
    std::bitset<kMaxMisorder> seen_;  // by number, of the highest ones
    ExtendedSequence highest_ = 0;
    ExtendedSequence last_ = 0;
};

}  // namespace rtspcore::rtp

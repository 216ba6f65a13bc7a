// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "rtp/access_unit.h"
#include "rtp/ntp_time.h"
#include "rtp/packet.h"
#include "rtp/sequence.h"

namespace rtspcore::media {

// All RTP packets of one access unit, or one compound RTCP packet, of one track, ready for the wire: one slab in which each packet
// stands behind its interleaved header (RFC 2326 section 10.12) for the usual channel, 2 x track index, + 1 for RTCP. A TCP viewer
// with the usual channels is sent the slab as it is; UDP viewers the packets out of it.
//
// Immutable once built, so shared by all threads without a lock. Owns its bytes: no upstream buffer is held.
class PacketBatch {
public:
    enum class Kind : uint8_t { Rtp, Rtcp };
    static constexpr size_t kInterleavedHeaderSize = 4;

    // Where a packet stands in the slab, without its interleaved header.
    struct Extent {
        uint32_t offset;
        uint16_t size;
    };

    struct Properties {
        Kind kind = Kind::Rtp;
        uint8_t track = 0;  // index in the mount
        rtp::AccessUnitTraits traits;
        rtp::ExtendedSequence first_sequence = 0;
        rtp::RtpTime time = 0;       // of the first packet
        rtp::NtpTime capture;        // wall clock of `time`
        Time made;                   // when its first packet entered the sink pad
        uint64_t packets_before = 0;  // packets and payload octets of this track before this batch: sender reports for any position
        uint64_t octets_before = 0;
    };

    PacketBatch(Properties properties, std::vector<Extent> extents, std::unique_ptr<uint8_t[]> slab, size_t slab_size)
        : properties_(properties), extents_(std::move(extents)), slab_(std::move(slab)), slab_size_(slab_size) {}

    [[nodiscard]] const Properties &properties() const { return properties_; }
    [[nodiscard]] bool is_rtcp() const { return properties_.kind == Kind::Rtcp; }
    [[nodiscard]] uint8_t track() const { return properties_.track; }
    [[nodiscard]] bool is_key() const { return properties_.traits.key; }
    [[nodiscard]] bool is_droppable() const { return properties_.traits.droppable; }

    [[nodiscard]] std::span<const uint8_t> slab() const { return {slab_.get(), slab_size_}; }
    [[nodiscard]] std::span<const Extent> extents() const { return extents_; }
    [[nodiscard]] std::span<const uint8_t> packet(const Extent &extent) const { return {slab_.get() + extent.offset, extent.size}; }
    // What it costs to keep.
    [[nodiscard]] size_t footprint() const { return sizeof *this + extents_.size() * sizeof(Extent) + slab_size_; }

private:
    Properties properties_;
    std::vector<Extent> extents_;
    std::unique_ptr<uint8_t[]> slab_;
    size_t slab_size_;
};

using SharedBatch = std::shared_ptr<const PacketBatch>;

}  // namespace rtspcore::media

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
#include "rtp/packet_slab.h"
#include "rtp/sequence.h"

namespace rtspcore::media {

// All RTP packets of one access unit, or one compound RTCP packet, of one track, ready for the wire: one slab in which
// each packet stands behind its interleaved header (RFC 2326 section 10.12) for the usual channel, 2 x track index, + 1
// for RTCP. A TCP viewer with the usual channels is sent the slab as it is; UDP viewers the packets out of it.
//
// Immutable once built, so shared by all threads without a lock. Owns its bytes: no upstream buffer is held.
class PacketBatch : public rtp::PacketSlab {
public:
    enum class Kind : uint8_t { Rtp, Rtcp };

    struct Properties {
        Kind kind = Kind::Rtp;
        uint8_t track = 0;  // index in the mount
        rtp::AccessUnitTraits traits;
        bool dependent_track =
            false;  // units of this track depend on each other: a decoder can begin at key units only
        rtp::Ssrc ssrc = 0;
        rtp::ExtendedSequence first_sequence = 0;
        // Of packets that were numbered one after the other: one number stands for one packet in it. Unique in the
        // process, and grows.
        uint64_t run = 0;
        rtp::RtpTime time = 0;  // of the first packet
        rtp::NtpTime capture;   // wall clock of `time`
        Time made;              // when its first packet entered the sink pad
        uint64_t packets_before =
            0;  // packets and payload octets of this track before this batch: sender reports for any position
        uint64_t octets_before = 0;
    };

    PacketBatch(Properties properties, std::vector<Extent> extents, std::unique_ptr<uint8_t[]> slab, size_t slab_size)
        : PacketSlab(std::move(extents), std::move(slab), slab_size), properties_(properties) {}

    [[nodiscard]] const Properties &properties() const { return properties_; }
    [[nodiscard]] bool is_rtcp() const { return properties_.kind == Kind::Rtcp; }
    [[nodiscard]] uint8_t track() const { return properties_.track; }
    [[nodiscard]] bool is_key() const { return properties_.traits.key; }
    // Where a viewer of a track whose units depend on each other can begin.
    [[nodiscard]] bool is_entry_point() const { return properties_.dependent_track && properties_.traits.key; }
    [[nodiscard]] bool is_droppable() const { return properties_.traits.droppable; }

    // What it costs to keep.
    [[nodiscard]] size_t footprint() const { return sizeof *this + extents().size() * sizeof(Extent) + slab().size(); }

private:
    Properties properties_;
};

using SharedBatch = std::shared_ptr<const PacketBatch>;

// One compound RTCP packet as a batch, for the usual RTCP channel of `track`.
SharedBatch make_rtcp_batch(uint8_t track, std::span<const uint8_t> compound, Time now);

// The usual interleaved channels of a track: 0-1 for the first, 2-3 for the second...
constexpr uint8_t usual_rtp_channel(uint8_t track) {
    return static_cast<uint8_t>(2 * track);
}
constexpr uint8_t usual_rtcp_channel(uint8_t track) {
    return static_cast<uint8_t>(2 * track + 1);
}

}  // namespace rtspcore::media

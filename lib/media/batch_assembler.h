// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "media/packet_batch.h"

namespace rtspcore::media {

// Collects the RTP packets that a payloader (or anybody's RTP) pushes into one PacketBatch per access unit. A unit ends
// at the marker bit; where the payload has none, with end_push(); in any case when the RTP time changes (a lost marker)
// or at `kMaxPackets`/`kMaxBytes`.
//
// A packet whose number came already is dropped; when numbers begin anew, far back or with another SSRC, a new run
// begins (PacketBatch::Properties::run).
//
// Confined to the streaming thread of its track.
class BatchAssembler {
public:
    static constexpr size_t kMaxPackets = 4096;
    static constexpr size_t kMaxBytes = 16 * 1024 * 1024;

    BatchAssembler(std::string_view media, std::string_view encoding_name, uint8_t track);

    // Adds one RTP packet; the bytes are copied. `capture` is the wall-clock time of its RTP time. Gives the batches
    // that it completed (mostly none or one). What is no RTP packet or over 65,535 bytes is dropped and counted.
    std::vector<SharedBatch> add(std::span<const uint8_t> packet, rtp::NtpTime capture, Time now);
    // The end of one push from upstream (a buffer or a buffer list).
    std::vector<SharedBatch> end_push();
    // Gives up what was begun: at FLUSH.
    void discard();
    // Ends the unit that was begun: at EOS.
    std::vector<SharedBatch> drain();

    // AccessUnitInspector::take_parameter_sets().
    std::optional<rtp::FormatParameters> take_parameter_sets() { return inspector_->take_parameter_sets(); }
    [[nodiscard]] bool has_key_frames() const;
    [[nodiscard]] uint64_t malformed() const { return malformed_; }
    [[nodiscard]] uint64_t repeated() const { return repeated_; }

private:
    struct Number {
        rtp::ExtendedSequence extended;
        bool begins_anew;
    };
    // Nothing for a packet that came already.
    std::optional<Number> number(const rtp::PacketView &packet);
    void begin(const rtp::PacketView &first, rtp::ExtendedSequence number, rtp::NtpTime capture, Time now);
    void append(std::span<const uint8_t> packet);
    SharedBatch build();

    std::unique_ptr<rtp::AccessUnitInspector> inspector_;
    rtp::SequenceRun sequence_;
    std::optional<rtp::Ssrc> ssrc_;
    uint64_t run_;
    PacketBatch::Properties next_;
    std::vector<uint8_t> pending_;  // interleaved headers and packets; kept to be reused
    std::vector<PacketBatch::Extent> extents_;
    uint64_t packets_ = 0;
    uint64_t octets_ = 0;
    uint64_t malformed_ = 0;
    uint64_t repeated_ = 0;
    uint8_t track_;
};

}  // namespace rtspcore::media

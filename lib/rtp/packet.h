// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace rtspcore::rtp {

using Ssrc = uint32_t;
using RtpTime = uint32_t;  // in units of the payload's clock rate, wraps

inline constexpr size_t kFixedHeaderSize = 12;

// A read-only view of an RTP packet (RFC 3550 section 5.1); the bytes are borrowed.
struct PacketView {
    bool marker;
    uint8_t payload_type;
    uint16_t sequence;
    RtpTime time;
    Ssrc ssrc;
    std::span<const uint8_t> payload;  // after CSRCs and header extension, without padding

    // Nothing for what is no RTP packet: version other than 2, shorter than its own header, extension or padding.
    static std::optional<PacketView> parse(std::span<const uint8_t> bytes);
};

// Writes in place; `packet` must have at least kFixedHeaderSize bytes.
void set_sequence(std::span<uint8_t> packet, uint16_t sequence);
void set_time(std::span<uint8_t> packet, RtpTime time);

}  // namespace rtspcore::rtp

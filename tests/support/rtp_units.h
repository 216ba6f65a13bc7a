// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "media/packet_batch.h"
#include "rtp/big_endian.h"

namespace rtspcore::test {

// Any moment will do as long as it is not the epoch.
inline constexpr Time kStart = Time{} + std::chrono::hours{1};
inline constexpr WallTime kWallStart = WallTime{} + std::chrono::seconds{1'700'000'000};

inline Time at(std::chrono::milliseconds since_start) {
    return kStart + since_start;
}

// RTP time 0 at 90 kHz is kWallStart; times of the upper half of the circle are before it.
inline rtp::NtpTime capture_of(rtp::RtpTime time) {
    return rtp::to_ntp(kWallStart + Duration(int64_t{static_cast<int32_t>(time)} * 100'000 / 9));
}

struct RtpFields {
    uint16_t sequence = 0;
    rtp::RtpTime time = 0;
    rtp::Ssrc ssrc = 0x5ead;
    bool marker = false;
    size_t payload = 100;
};

inline std::vector<uint8_t> rtp_packet(const RtpFields &fields) {
    std::vector<uint8_t> packet(rtp::kFixedHeaderSize + fields.payload, static_cast<uint8_t>(fields.sequence));
    packet[0] = 0x80;
    packet[1] = static_cast<uint8_t>(fields.marker ? 0xe0 : 0x60);
    rtp::store_u32(packet, 8, fields.ssrc);
    rtp::set_sequence(packet, fields.sequence);
    rtp::set_time(packet, fields.time);
    return packet;
}

// Packets one behind the other, each behind the interleaved header for `channel`.
inline std::pair<std::vector<media::PacketBatch::Extent>, std::vector<uint8_t>> interleave(
    const std::vector<std::vector<uint8_t>> &packets, uint8_t channel) {
    constexpr size_t kHeader = media::PacketBatch::kInterleavedHeaderSize;
    std::vector<media::PacketBatch::Extent> extents;
    std::vector<uint8_t> slab;
    for (const auto &packet : packets) {
        const auto size = static_cast<uint16_t>(packet.size());
        extents.push_back({static_cast<uint32_t>(slab.size() + kHeader), size});
        slab.resize(slab.size() + kHeader);
        rtp::write_interleaved_header(slab.data() + slab.size() - kHeader, channel, size);
        slab.insert(slab.end(), packet.begin(), packet.end());
    }
    return {extents, slab};
}

// An access unit as a BatchAssembler would make it.
struct Unit {
    uint8_t track = 0;
    std::chrono::milliseconds made{0};  // after kStart
    rtp::RtpTime time = 0;
    std::chrono::milliseconds later{0};  // captured, than capture_of(time)
    uint16_t sequence = 0;
    bool key = false;
    bool droppable = false;
    bool dependent = true;
    size_t packets = 1;
    size_t payload = 100;  // of each packet
    uint32_t cycle = 1;    // of the sequence numbers
    uint64_t packets_before = 0;
    uint64_t run = 1;
    rtp::Ssrc ssrc = 0;  // 0: one of the track's own
};

inline media::SharedBatch make_batch(const Unit &unit) {
    std::vector<std::vector<uint8_t>> packets;
    const rtp::Ssrc ssrc = unit.ssrc != 0 ? unit.ssrc : 0x5ead0000u + unit.track;
    for (size_t i = 0; i < unit.packets; ++i)
        packets.push_back(rtp_packet({.sequence = static_cast<uint16_t>(unit.sequence + i),
                                      .time = unit.time,
                                      .ssrc = ssrc,
                                      .marker = i + 1 == unit.packets,
                                      .payload = unit.payload}));
    auto [extents, bytes] = interleave(packets, media::usual_rtp_channel(unit.track));
    auto slab = std::make_unique<uint8_t[]>(bytes.size());
    std::memcpy(slab.get(), bytes.data(), bytes.size());
    media::PacketBatch::Properties properties;
    properties.track = unit.track;
    properties.traits = {.key = unit.key, .droppable = unit.droppable};
    properties.dependent_track = unit.dependent;
    properties.ssrc = ssrc;
    properties.first_sequence = (rtp::ExtendedSequence{unit.cycle} << 16) + unit.sequence;
    properties.packets_before = unit.packets_before;
    properties.run = unit.run;
    properties.time = unit.time;
    properties.capture = rtp::to_ntp(rtp::to_wall(capture_of(unit.time)) + unit.later);
    properties.made = at(unit.made);
    return std::make_shared<const media::PacketBatch>(properties, std::move(extents), std::move(slab), bytes.size());
}

}  // namespace rtspcore::test

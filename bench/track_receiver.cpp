// SPDX-License-Identifier: LGPL-2.1-or-later
#include "track_receiver.h"

namespace bench {

namespace {

constexpr size_t kHeaderSize = 12;
constexpr auto kSettled = std::chrono::milliseconds(500);

enum NalType : uint8_t { kIdr = 5, kStapA = 24, kFuA = 28 };

// RFC 6184 sections 5.6 to 5.8; the packetisation modes without interleaving.
bool holds_idr(std::span<const uint8_t> payload) {
    if (payload.size() < 2)
        return false;
    const uint8_t type = payload[0] & 0x1F;
    if (type == kFuA)
        return (payload[1] & 0x1F) == kIdr;
    if (type != kStapA)
        return type == kIdr;
    for (size_t at = 1; at + 2 < payload.size(); at += 2U + (static_cast<size_t>(payload[at]) << 8 | payload[at + 1]))
        if ((payload[at + 2] & 0x1F) == kIdr)
            return true;
    return false;
}

uint32_t read_u32(std::span<const uint8_t> bytes, size_t at) {
    return static_cast<uint32_t>(bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]);
}

}  // namespace

TrackCounts &TrackCounts::operator+=(const TrackCounts &other) {
    packets += other.packets;
    bytes += other.bytes;
    lost += other.lost;
    reordered += other.reordered;
    return *this;
}

TrackCounts TrackCounts::operator-(const TrackCounts &other) const {
    return {packets - other.packets, bytes - other.bytes, lost - other.lost, reordered - other.reordered};
}

void TrackReceiver::follow_sequence(uint16_t sequence) {
    const auto ahead = static_cast<uint16_t>(sequence - expected_.value_or(sequence));
    if (ahead >= 0x8000) {
        counts_.reordered++;
        return;
    }
    counts_.lost += ahead;
    expected_ = static_cast<uint16_t>(sequence + 1);
}

std::optional<TrackReceiver::FrameEnd> TrackReceiver::receive(std::span<const uint8_t> packet, Time now) {
    if (packet.size() < kHeaderSize || packet[0] >> 6 != 2)
        return std::nullopt;
    counts_.packets++;
    counts_.bytes += packet.size();
    follow_sequence(static_cast<uint16_t>(packet[2] << 8 | packet[3]));
    const uint32_t rtp_time = read_u32(packet, 4);
    if (!first_packet_at_)
        first_packet_at_ = now;
    if (!in_frame_)
        frame_began_at_ = now;
    in_frame_ = true;
    if (!first_key_at_ && !frame_is_key_) {
        frame_is_key_ = payload_ != Payload::H264 || holds_idr(packet.subspan(kHeaderSize));
        anchor_arrival_ = frame_began_at_;
        anchor_rtp_time_ = rtp_time;
    }
    // RFC 6184 section 5.1: the marker ends the access unit. Audio's marks the beginning of a talkspurt: each of its
    // packets is a frame.
    const bool marker = (packet[1] & 0x80) != 0;
    return marker || payload_ == Payload::Audio ? end_frame(rtp_time, now) : std::nullopt;
}

std::optional<TrackReceiver::FrameEnd> TrackReceiver::end_frame(uint32_t rtp_time, Time now) {
    in_frame_ = false;
    if (frame_is_key_ && !first_key_at_)
        first_key_at_ = now;
    if (!first_key_at_ || lateness_ || now - anchor_arrival_ < kSettled)
        return FrameEnd{rtp_time, false};
    const auto media_ticks = static_cast<int32_t>(rtp_time - anchor_rtp_time_);
    lateness_ = std::chrono::nanoseconds(media_ticks * 1'000'000'000LL / clock_rate_) - (now - anchor_arrival_);
    return FrameEnd{rtp_time, true};
}

}  // namespace bench

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"

namespace bench {

using rtspcore::Duration;
using rtspcore::Time;

struct TrackCounts {
    uint64_t packets = 0;
    uint64_t bytes = 0;
    uint64_t lost = 0;
    uint64_t reordered = 0;  // or sent twice

    TrackCounts &operator+=(const TrackCounts &other);
    TrackCounts operator-(const TrackCounts &other) const;
};

// EncryptedVideo: only the headers of its packets can be read.
enum class Payload : uint8_t { H264, Audio, EncryptedVideo };

// What one viewer receives of one track: is it whole, when did it become decodable, is it live. Confined to one thread.
class TrackReceiver {
public:
    TrackReceiver(Payload payload, unsigned clock_rate) : payload_(payload), clock_rate_(clock_rate) {}

    struct FrameEnd {
        uint32_t rtp_time;
        bool half_a_second_after_key;  // the first such frame
    };
    // Tells when the packet is the last of its frame. What is no RTP packet is ignored.
    std::optional<FrameEnd> receive(std::span<const uint8_t> packet, Time now);

    [[nodiscard]] const TrackCounts &counts() const { return counts_; }
    [[nodiscard]] std::optional<Time> first_packet_at() const { return first_packet_at_; }
    // When the first frame was whole that can be decoded without any before it; of encrypted ones that is believed of
    // the first.
    [[nodiscard]] std::optional<Time> first_key_at() const { return first_key_at_; }
    // How long a player that plays from the first key frame on holds back a frame that comes half a second later: what
    // it is late for ever.
    [[nodiscard]] std::optional<Duration> lateness() const { return lateness_; }

private:
    void follow_sequence(uint16_t sequence);
    std::optional<FrameEnd> end_frame(uint32_t rtp_time, Time now);

    const Payload payload_;
    const unsigned clock_rate_;
    TrackCounts counts_;
    std::optional<uint16_t> expected_;
    bool in_frame_ = false;
    bool frame_is_key_ = false;
    Time frame_began_at_{};
    std::optional<Time> first_packet_at_;
    std::optional<Time> first_key_at_;
    std::optional<Duration> lateness_;
    // Of the first packet of the first key frame.
    Time anchor_arrival_{};
    uint32_t anchor_rtp_time_ = 0;
};

}  // namespace bench

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"

namespace rtspcore::test {

// A hole in the sequence numbers.
struct Gap {
    uint64_t missing = 0;
    bool after_whole_frame = false;  // the last packet before it ended a frame
    bool begins_frame = false;       // the first packet after it is no later part of one
    bool begins_key_frame = false;   // and that frame can be decoded without any before it
};

// What one viewer received of one stream. One thread at a time.
class ReceivedTrack {
public:
    ReceivedTrack(bool is_h264, unsigned clock_rate) : is_h264_(is_h264), clock_rate_(clock_rate) {}

    // What is no RTP packet counts as malformed.
    void receive(std::span<const uint8_t> packet, Time now);
    // The viewer itself stops reading: until the next packet nothing counts as a pause.
    void forgive_pause() { last_arrival_.reset(); }

    [[nodiscard]] bool is_h264() const { return is_h264_; }
    [[nodiscard]] uint64_t packets() const { return packets_; }
    [[nodiscard]] uint64_t lost() const { return lost_; }
    [[nodiscard]] uint64_t reordered() const { return reordered_; }
    [[nodiscard]] uint64_t malformed() const { return malformed_; }
    [[nodiscard]] Duration largest_pause() const { return largest_pause_; }
    [[nodiscard]] const std::vector<Gap> &gaps() const { return gaps_; }
    // The pause that still goes on, too.
    [[nodiscard]] Duration silence(Time now) const { return last_arrival_ ? now - *last_arrival_ : Duration(0); }
    // By how much what came in the last second (or the one before it, while that is young) was later than the most
    // timely packet ever.
    [[nodiscard]] Duration lateness(Time now) const;

private:
    void follow_sequence(uint16_t sequence, bool begins_frame);
    void look_for_key_frame(std::span<const uint8_t> payload, uint32_t time);
    void measure_transit(uint32_t time, Time now);

    const bool is_h264_;
    const unsigned clock_rate_;
    uint64_t packets_ = 0;
    uint64_t lost_ = 0;
    uint64_t reordered_ = 0;
    uint64_t malformed_ = 0;
    std::optional<uint16_t> expected_;
    bool marker_was_last_ = true;
    std::vector<Gap> gaps_;
    std::optional<uint32_t> judged_frame_;  // RTP time of the first frame after the last gap
    std::optional<Time> last_arrival_;
    Duration largest_pause_{0};

    // Arrival minus media time, with an arbitrary zero.
    std::optional<uint32_t> first_time_;
    Time first_arrival_{};
    Duration best_transit_ = Duration::max();
    Duration window_best_ = Duration::max();
    Duration last_window_best_ = Duration::max();
    Time window_end_{};
};

}  // namespace rtspcore::test

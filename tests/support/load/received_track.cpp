// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/load/received_track.h"

#include <algorithm>
#include <utility>

namespace rtspcore::test {

namespace {

constexpr size_t kHeader = 12;
constexpr size_t kMostGaps = 100;

// NAL unit types of H.264 and of RFC 6184.
constexpr uint8_t kIdrSlice = 5;
constexpr uint8_t kAggregate = 24;
constexpr uint8_t kFragment = 28;

uint8_t nal_type(uint8_t header) {
    return header & 0x1f;
}

bool aggregate_has_idr(std::span<const uint8_t> payload) {
    for (size_t at = 1; at + 2 < payload.size();) {
        if (nal_type(payload[at + 2]) == kIdrSlice)
            return true;
        at += 2 + static_cast<size_t>(payload[at] << 8 | payload[at + 1]);
    }
    return false;
}

bool has_idr(std::span<const uint8_t> payload) {
    if (payload.size() < 2)
        return false;
    const uint8_t type = nal_type(payload[0]);
    if (type == kAggregate)
        return aggregate_has_idr(payload);
    return type == kIdrSlice || (type == kFragment && nal_type(payload[1]) == kIdrSlice);
}

bool is_later_fragment(std::span<const uint8_t> payload) {
    constexpr uint8_t kStart = 0x80;
    return payload.size() >= 2 && nal_type(payload[0]) == kFragment && (payload[1] & kStart) == 0;
}

size_t payload_offset(std::span<const uint8_t> packet) {
    size_t offset = kHeader + 4 * static_cast<size_t>(packet[0] & 15);
    if ((packet[0] & 16) != 0 && packet.size() >= offset + 4)
        offset += 4 + 4 * static_cast<size_t>(packet[offset + 2] << 8 | packet[offset + 3]);
    return std::min(offset, packet.size());
}

}  // namespace

void ReceivedTrack::receive(std::span<const uint8_t> packet, Time now) {
    if (packet.size() < kHeader || packet[0] >> 6 != 2) {
        ++malformed_;
        return;
    }
    const auto sequence = static_cast<uint16_t>(packet[2] << 8 | packet[3]);
    const uint32_t time = static_cast<uint32_t>(packet[4]) << 24 | static_cast<uint32_t>(packet[5]) << 16 |
                          static_cast<uint32_t>(packet[6]) << 8 | packet[7];
    const auto payload = packet.subspan(payload_offset(packet));
    ++packets_;
    follow_sequence(sequence, !is_later_fragment(payload));
    if (is_h264_)
        look_for_key_frame(payload, time);
    marker_was_last_ = !is_h264_ || (packet[1] & 128) != 0;
    if (last_arrival_)
        largest_pause_ = std::max(largest_pause_, now - *last_arrival_);
    last_arrival_ = now;
    measure_transit(time, now);
}

void ReceivedTrack::follow_sequence(uint16_t sequence, bool begins_frame) {
    const auto step = static_cast<int16_t>(sequence - expected_.value_or(sequence));
    if (step < 0) {
        ++reordered_;
        return;
    }
    expected_ = static_cast<uint16_t>(sequence + 1);
    if (step == 0)
        return;
    lost_ += static_cast<uint64_t>(step);
    judged_frame_.reset();
    if (gaps_.size() < kMostGaps)
        gaps_.push_back({static_cast<uint64_t>(step), marker_was_last_, begins_frame, false});
}

void ReceivedTrack::look_for_key_frame(std::span<const uint8_t> payload, uint32_t time) {
    if (gaps_.empty())
        return;
    if (!judged_frame_)
        judged_frame_ = time;
    if (*judged_frame_ == time && has_idr(payload))
        gaps_.back().begins_key_frame = true;
}

void ReceivedTrack::measure_transit(uint32_t time, Time now) {
    if (!first_time_) {
        first_time_ = time;
        first_arrival_ = now;
    }
    const auto media = std::chrono::nanoseconds(int64_t{static_cast<int32_t>(time - *first_time_)} * 1'000'000'000 /
                                                static_cast<int64_t>(clock_rate_));
    const Duration transit = now - first_arrival_ - media;
    best_transit_ = std::min(best_transit_, transit);
    if (now >= window_end_) {
        last_window_best_ = std::exchange(window_best_, Duration::max());
        window_end_ = now + std::chrono::seconds(1);
    }
    window_best_ = std::min(window_best_, transit);
}

Duration ReceivedTrack::lateness(Time now) const {
    const Duration recent = std::min(window_best_, last_window_best_);
    return packets_ == 0
               ? Duration(0)
               : recent - best_transit_ + std::max(Duration(0), silence(now) - Duration(std::chrono::seconds(1)));
}

}  // namespace rtspcore::test

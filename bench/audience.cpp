// SPDX-License-Identifier: LGPL-2.1-or-later
#include "audience.h"

namespace bench {

namespace {

// RTP times of frames have a large common divisor; the hash spreads them over the slots.
size_t slot_of(uint32_t rtp_time) {
    return rtp_time * 2654435769U >> 24;
}

}  // namespace

void Audience::start_recording(size_t viewers) {
    viewers_ = viewers;
    frames_ = {};
}

void Audience::stop_recording() {
    for (const Frame &frame : frames_)
        finish(frame);
    viewers_ = 0;
}

void Audience::finish(const Frame &frame) {
    // Frames from before the window, or squeezed together for one viewer that joins, were not for all.
    if (frame.arrivals >= 2 && frame.arrivals * 10 >= viewers_ * 9)
        spread_.add(frame.last - frame.first);
}

void Audience::on_frame(uint32_t rtp_time, std::span<const uint8_t> last_packet, rtspcore::Time now) {
    if (viewers_ == 0)
        return;
    if (const auto sent = age(last_packet, now))
        latency_.add(*sent);
    Frame &frame = frames_[slot_of(rtp_time)];
    if (frame.arrivals == 0 || frame.rtp_time != rtp_time) {
        finish(frame);
        frame = {rtp_time, 0, now, now};
    }
    frame.arrivals++;
    frame.last = now;
}

std::optional<rtspcore::Duration> Audience::age(std::span<const uint8_t> last_packet, rtspcore::Time now) const {
    if (!stamps_)
        return std::nullopt;
    const auto stamped = stamps_->find(StampTable::key_of(last_packet));
    if (!stamped)
        return std::nullopt;
    return now - *stamped;
}

}  // namespace bench

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp_continuity.h"

#include <algorithm>
#include <cmath>

namespace rtspproxy {

using rtspcore::Duration;
using rtspcore::rtp::RtpTime;

namespace {

RtpTime ticks(Duration duration, unsigned clock_rate) {
    const double seconds = std::chrono::duration<double>(duration).count();
    return static_cast<RtpTime>(std::llround(seconds * clock_rate));
}

}  // namespace

void RtpContinuity::anchor(const Numbers &in, Duration at, unsigned clock_rate) {
    source_ = in.ssrc;
    if (!last_)
        return;
    // One tick at least: two access units must not become one.
    const RtpTime passed = std::max<RtpTime>(ticks(std::max(at - last_at_, Duration()), clock_rate), 1);
    sequence_offset_ = static_cast<uint16_t>(last_->sequence + 1 - in.sequence);
    time_offset_ = last_->time + passed - in.time;
}

RtpContinuity::Numbers RtpContinuity::next(const Numbers &in, Duration at, unsigned clock_rate) {
    if (source_ != in.ssrc)
        anchor(in, at, clock_rate);
    const Numbers out{last_ ? last_->ssrc : in.ssrc, static_cast<uint16_t>(in.sequence + sequence_offset_),
                      in.time + time_offset_};
    const bool newer = !last_ || static_cast<int16_t>(out.sequence - last_->sequence) > 0;
    if (newer) {
        last_ = out;
        last_at_ = at;
    }
    return out;
}

}  // namespace rtspproxy

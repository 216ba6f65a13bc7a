// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"
#include "base/guarded.h"
#include "rtp/rtcp.h"

namespace rtspproxy {

// The wall clock of one upstream, by the sender reports of its streams (RFC 3550 section 6.4.1). A stream that has sent
// none yet goes by those of the others: they have one clock. Safe.
class SenderClock {
public:
    // Wall-clock time less presentation time; nothing until a report has come.
    void set_offset(rtspcore::Duration offset) { *offset_.lock() = offset; }
    [[nodiscard]] std::optional<rtspcore::Duration> offset() { return *offset_.lock(); }

private:
    rtspcore::Guarded<std::optional<rtspcore::Duration>> offset_;
};

// When the packets of one stream were captured. Safe: reports and packets come on threads of their own.
class StreamClock {
public:
    explicit StreamClock(SenderClock &sender) : sender_(sender) {}

    // A compound RTCP packet. Reports without a time (NTP 0: a sender without a clock) tell nothing.
    void take_report(std::span<const uint8_t> rtcp);
    // Of a packet with this RTP time, which is presented at `at`.
    [[nodiscard]] std::optional<rtspcore::WallTime> capture_of(rtspcore::rtp::RtpTime time, rtspcore::Duration at,
                                                               unsigned clock_rate);

private:
    SenderClock &sender_;
    rtspcore::Guarded<std::optional<rtspcore::rtp::SenderInfo>> report_;
};

// The time of capture that a buffer carries, as GstReferenceTimestampMeta of caps timestamp/x-ntp: since 1900.
std::optional<rtspcore::Duration> capture_time_of(GstBuffer *buffer);
// The buffer is writable.
void add_capture_time(GstBuffer *buffer, rtspcore::Duration since_1900);
rtspcore::Duration since_1900(rtspcore::WallTime time);

}  // namespace rtspproxy

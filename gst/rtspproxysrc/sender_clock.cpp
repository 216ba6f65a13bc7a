// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sender_clock.h"

namespace rtspproxy {

using rtspcore::Duration;
using rtspcore::WallTime;
using rtspcore::rtp::RtpTime;
using rtspcore::rtp::SenderInfo;

namespace {

// From 1900, where NTP begins, to 1970 (RFC 868).
constexpr std::chrono::seconds kNtpToUnix{2'208'988'800};

GstCaps *ntp_caps() {
    static GstCaps *const caps = [] {
        GstCaps *made = gst_caps_new_empty_simple("timestamp/x-ntp");
        GST_MINI_OBJECT_FLAG_SET(made, GST_MINI_OBJECT_FLAG_MAY_BE_LEAKED);
        return made;
    }();
    return caps;
}

// A packet may be older than the report.
Duration between(RtpTime report, RtpTime packet, unsigned clock_rate) {
    const auto ticks = static_cast<int64_t>(static_cast<int32_t>(packet - report));
    return Duration(ticks * static_cast<int64_t>(GST_SECOND) / static_cast<int64_t>(clock_rate));
}

}  // namespace

void StreamClock::take_report(std::span<const uint8_t> rtcp) {
    const auto info = rtspcore::rtp::read_sender_info(rtcp);
    if (info && info->ntp.value != 0)
        *report_.lock() = info;
}

std::optional<WallTime> StreamClock::capture_of(RtpTime time, Duration at, unsigned clock_rate) {
    const std::optional<SenderInfo> report = *report_.lock();
    if (report && clock_rate > 0) {
        const WallTime capture = rtspcore::rtp::to_wall(report->ntp) + between(report->time, time, clock_rate);
        sender_.set_offset(capture.time_since_epoch() - at);
        return capture;
    }
    const auto offset = sender_.offset();
    return offset ? std::optional(WallTime(at + *offset)) : std::nullopt;
}

std::optional<Duration> capture_time_of(GstBuffer *buffer) {
    const auto *meta = gst_buffer_get_reference_timestamp_meta(buffer, ntp_caps());
    return meta ? std::optional(Duration(static_cast<int64_t>(meta->timestamp))) : std::nullopt;
}

void add_capture_time(GstBuffer *buffer, Duration since_1900) {
    if (since_1900 >= Duration())
        gst_buffer_add_reference_timestamp_meta(buffer, ntp_caps(), static_cast<GstClockTime>(since_1900.count()),
                                                GST_CLOCK_TIME_NONE);
}

Duration since_1900(WallTime time) {
    return time.time_since_epoch() + kNtpToUnix;
}

}  // namespace rtspproxy

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capture_time.h"

#include <optional>

#include "problem.h"

namespace rtspsink {

using rtspcore::Duration;
using rtspcore::WallTime;
using rtspcore::rtp::NtpTime;

namespace {

// From 1900, where NTP begins, to 1970 (RFC 868).
constexpr std::chrono::seconds kNtpToUnix{2'208'988'800};

GstCaps *reference_caps(const char *name) {
    GstCaps *caps = gst_caps_new_empty_simple(name);
    GST_MINI_OBJECT_FLAG_SET(caps, GST_MINI_OBJECT_FLAG_MAY_BE_LEAKED);
    return caps;
}

std::optional<WallTime> reference_time(GstBuffer *buffer) {
    static GstCaps *const unix_caps = reference_caps("timestamp/x-unix");
    static GstCaps *const ntp_caps = reference_caps("timestamp/x-ntp");
    if (const auto *meta = gst_buffer_get_reference_timestamp_meta(buffer, unix_caps))
        return WallTime(Duration(static_cast<int64_t>(meta->timestamp)));
    if (const auto *meta = gst_buffer_get_reference_timestamp_meta(buffer, ntp_caps))
        return WallTime(Duration(static_cast<int64_t>(meta->timestamp)) - kNtpToUnix);
    return std::nullopt;
}

}  // namespace

void CaptureTime::forget() {
    last_pts_ = GST_CLOCK_TIME_NONE;
    has_reference_ = false;
}

NtpTime CaptureTime::of(GstBuffer *buffer) {
    const GstClockTime pts = GST_BUFFER_PTS(buffer);
    const auto reference = reference_time(buffer);
    if (!reference && GST_CLOCK_TIME_IS_VALID(pts) && pts == last_pts_)
        return last_;
    last_pts_ = pts;
    if (!GST_CLOCK_TIME_IS_VALID(pts))
        return last_ = rtspcore::rtp::to_ntp(reference.value_or(rtspcore::wall_now()));
    const Duration stamp(static_cast<int64_t>(pts));
    if (reference) {
        has_reference_ = true;
        reference_minus_pts_ = reference->time_since_epoch() - stamp;
    }
    const WallTime time = has_reference_ ? WallTime(stamp + reference_minus_pts_) : by_clock(pts);
    return last_ = rtspcore::rtp::to_ntp(time);
}

WallTime CaptureTime::by_clock(GstClockTime pts) {
    const auto clock = Ref<GstClock>::adopt(gst_element_get_clock(GST_ELEMENT(sink_)));
    guint64 running_time = 0;
    const GstSegment &segment = sink_->segment;
    const int sign = segment.format == GST_FORMAT_TIME
                         ? gst_segment_to_running_time_full(&segment, GST_FORMAT_TIME, pts, &running_time)
                         : 0;
    if (!clock || sign == 0)
        return rtspcore::wall_now();
    const auto base = static_cast<int64_t>(gst_element_get_base_time(GST_ELEMENT(sink_)));
    const int64_t time = base + sign * static_cast<int64_t>(running_time);
    return time < 0 ? rtspcore::wall_now() : clock_.wall_time(clock.get(), static_cast<GstClockTime>(time));
}

}  // namespace rtspsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "capture_time.h"

#include <utility>

#include "problem.h"
#include "reference_time.h"

namespace rtspsink {

using rtspcore::Duration;
using rtspcore::WallTime;
using rtspcore::rtp::NtpTime;

void CaptureTime::join(std::string path) {
    if (path == path_)
        return;
    leave();
    path_ = std::move(path);
}

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
    if (reference)
        take_reference(pts, *reference);
    if (has_reference_)
        return last_ = rtspcore::rtp::to_ntp(WallTime(Duration(static_cast<int64_t>(pts)) + reference_minus_pts_));
    const auto shown = reading(pts);
    return last_ = rtspcore::rtp::to_ntp(shown ? clock_.wall_time(*shown, path_) : rtspcore::wall_now());
}

void CaptureTime::take_reference(GstClockTime pts, WallTime reference) {
    has_reference_ = true;
    reference_minus_pts_ = reference.time_since_epoch() - Duration(static_cast<int64_t>(pts));
    if (const auto shown = reading(pts))
        clock_.take_reference(*shown, path_, this, reference);
}

// What the pipeline's clock shows at the running time of `pts`.
std::optional<CaptureClock::Reading> CaptureTime::reading(GstClockTime pts) const {
    auto clock = Ref<GstClock>::adopt(gst_element_get_clock(GST_ELEMENT(sink_)));
    guint64 running_time = 0;
    const GstSegment &segment = sink_->segment;
    const int sign = segment.format == GST_FORMAT_TIME
                         ? gst_segment_to_running_time_full(&segment, GST_FORMAT_TIME, pts, &running_time)
                         : 0;
    if (!clock || sign == 0)
        return std::nullopt;
    const auto base = static_cast<int64_t>(gst_element_get_base_time(GST_ELEMENT(sink_)));
    const int64_t time = base + sign * static_cast<int64_t>(running_time);
    if (time < 0)
        return std::nullopt;
    return CaptureClock::Reading{std::move(clock), static_cast<GstClockTime>(time)};
}

}  // namespace rtspsink

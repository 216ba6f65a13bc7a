// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstbasesink.h>

#include "capture_clock.h"
#include "rtp/ntp_time.h"

namespace rtspsink {

// When what a buffer holds was captured: by the buffer's own reference time stamp (GstReferenceTimestampMeta in
// timestamp/x-unix or timestamp/x-ntp) where upstream gives one, else by its running time and the pipeline's clock.
// Confined to the streaming thread of `sink`.
class CaptureTime {
public:
    CaptureTime(GstBaseSink *sink, CaptureClock &clock) : sink_(sink), clock_(clock) {}

    [[nodiscard]] rtspcore::rtp::NtpTime of(GstBuffer *buffer);
    // The time stamps begin anew: at a new segment.
    void forget();

private:
    [[nodiscard]] rtspcore::WallTime by_clock(GstClockTime pts);

    GstBaseSink *sink_;
    CaptureClock &clock_;
    // Packets of one access unit share their time: most are answered from here.
    GstClockTime last_pts_ = GST_CLOCK_TIME_NONE;
    rtspcore::rtp::NtpTime last_;
    // Payloaders keep the meta on some packets only: the others follow from it.
    bool has_reference_ = false;
    rtspcore::Duration reference_minus_pts_{0};
};

}  // namespace rtspsink

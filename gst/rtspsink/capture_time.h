// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstbasesink.h>

#include <optional>
#include <string>

#include "capture_clock.h"
#include "rtp/ntp_time.h"

namespace rtspsink {

// When what a buffer holds was captured: by the buffer's own reference time stamp (GstReferenceTimestampMeta in
// timestamp/x-unix or timestamp/x-ntp) where upstream gives one, else by its running time, the pipeline's clock, and
// what the other streams of its path are told.
// Confined to the streaming thread of `sink`, but leave(), which is safe.
class CaptureTime {
public:
    CaptureTime(GstBaseSink *sink, CaptureClock &clock) : sink_(sink), clock_(clock) {}

    [[nodiscard]] rtspcore::rtp::NtpTime of(GstBuffer *buffer);
    // The stream is one of `path`.
    void join(std::string path);
    // The stream is of no path for now: what it was told says nothing of other streams.
    void leave() { clock_.forget_reference(this); }
    // The time stamps begin anew: at a new segment.
    void forget();

private:
    [[nodiscard]] std::optional<CaptureClock::Reading> reading(GstClockTime pts) const;
    void take_reference(GstClockTime pts, rtspcore::WallTime reference);

    GstBaseSink *sink_;
    CaptureClock &clock_;
    std::string path_;
    // Packets of one access unit share their time: most are answered from here.
    GstClockTime last_pts_ = GST_CLOCK_TIME_NONE;
    rtspcore::rtp::NtpTime last_;
    // Payloaders keep the meta on some packets only: the others follow from it.
    bool has_reference_ = false;
    rtspcore::Duration reference_minus_pts_{0};
};

}  // namespace rtspsink

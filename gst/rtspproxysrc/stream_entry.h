// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "output.h"
#include "sender_clock.h"

namespace rtspproxy {

// Where one stream of one upstream comes in, on its way to the output that outlives it. It keeps from the output what
// is the upstream's own: its segment, its base time, its end, its flushes.
//
// Thread: made, linked and destroyed by the owner of the upstream, which no longer streams when it is destroyed; data
// comes on the streaming thread.
class StreamEntry {
public:
    struct Listener {
        std::function<void()> arrived;  // for every packet
        std::function<void()> ended;    // once
    };

    struct Clocks {
        GstElement *element;     // whose base time time stamps shall count from
        GstClockTime base_time;  // what those of the upstream do
        SenderClock &sender;
    };

    StreamEntry(std::shared_ptr<Output> output, const Clocks &clocks, Listener listener);
    ~StreamEntry();
    StreamEntry(const StreamEntry &) = delete;
    StreamEntry &operator=(const StreamEntry &) = delete;

    // From a pad of rtspsrc, instead of the one before: a source that changed its SSRC comes by another.
    bool link(GstPad *source);
    void describe(const GstCaps *caps);
    // A compound RTCP packet of the stream's sender. Safe.
    void take_report(std::span<const uint8_t> rtcp) { clock_.take_report(rtcp); }

private:
    void unlink();
    static GstFlowReturn take_buffer(GstPad *pad, GstObject *parent, GstBuffer *buffer);
    static gboolean take_event(GstPad *pad, GstObject *parent, GstEvent *event);
    static gboolean answer(GstPad *pad, GstObject *parent, GstQuery *query);
    GstFlowReturn take(GstBuffer *buffer);
    void take(GstEvent *event);
    [[nodiscard]] GstBuffer *with_capture_time(GstBuffer *buffer, rtspcore::Duration at);
    [[nodiscard]] std::optional<rtspcore::Duration> stamp_of(GstBuffer *buffer) const;
    [[nodiscard]] std::optional<rtspcore::Duration> now() const;
    [[nodiscard]] rtspcore::Duration time_of(GstBuffer *buffer);
    void check(rtspcore::Duration stamp);

    const std::shared_ptr<Output> output_;
    GstElement *const element_;
    const GstClockTime base_time_;
    StreamClock clock_;
    unsigned clock_rate_ = 0;
    const Listener listener_;
    const rtspcore::Ref<GstPad> pad_;
    GstSegment segment_;
    rtspcore::Duration latest_{0};
    rtspcore::Duration correction_{0};  // of stamps that jumped
    bool ended_ = false;
};

}  // namespace rtspproxy

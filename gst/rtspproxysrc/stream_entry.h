// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <memory>

#include "output.h"

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

    // `base_time` is what the upstream's time stamps count from, `element` whose base time they shall.
    StreamEntry(std::shared_ptr<Output> output, GstElement *element, GstClockTime base_time, Listener listener);
    ~StreamEntry();
    StreamEntry(const StreamEntry &) = delete;
    StreamEntry &operator=(const StreamEntry &) = delete;

    // From a pad of rtspsrc, instead of the one before: a source that changed its SSRC comes by another.
    bool link(GstPad *source);
    void describe(const GstCaps *caps) { output_->describe(caps); }

private:
    void unlink();
    static GstFlowReturn take_buffer(GstPad *pad, GstObject *parent, GstBuffer *buffer);
    static gboolean take_event(GstPad *pad, GstObject *parent, GstEvent *event);
    static gboolean answer(GstPad *pad, GstObject *parent, GstQuery *query);
    GstFlowReturn take(GstBuffer *buffer);
    void take(GstEvent *event);
    [[nodiscard]] rtspcore::Duration time_of(GstBuffer *buffer) const;

    const std::shared_ptr<Output> output_;
    GstElement *const element_;
    const GstClockTime base_time_;
    const Listener listener_;
    const rtspcore::Ref<GstPad> pad_;
    GstSegment segment_;
    bool ended_ = false;
};

}  // namespace rtspproxy

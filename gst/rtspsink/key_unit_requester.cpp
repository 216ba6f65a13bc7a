// SPDX-License-Identifier: LGPL-2.1-or-later
#include "key_unit_requester.h"

#include <gst/video/video.h>

#include "log.h"

namespace rtspsink {

using Shared = std::shared_ptr<KeyUnitRequester>;

KeyUnitRequester::KeyUnitRequester(GstBaseSink *sink) {
    g_weak_ref_init(&sink_, sink);
}

KeyUnitRequester::~KeyUnitRequester() {
    g_weak_ref_clear(&sink_);
}

bool KeyUnitRequester::request() {
    if (unanswered_.load(std::memory_order_relaxed))
        return false;
    const auto sink = Ref<GstElement>::adopt(static_cast<GstElement *>(g_weak_ref_get(&sink_)));
    if (!sink)
        return false;
    gst_element_call_async(sink.get(), push, new Shared(shared_from_this()),
                           [](gpointer shared) { delete static_cast<Shared *>(shared); });
    return true;
}

void KeyUnitRequester::push(GstElement *element, gpointer user_data) {
    GstPad *pad = GST_BASE_SINK_PAD(element);
    if (!gst_pad_is_linked(pad))
        return;
    GstEvent *event = gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0);
    const bool answered = gst_pad_push_event(pad, event);
    GST_DEBUG_OBJECT(element, "key unit asked for, %s", answered ? "upstream answers" : "nobody answers");
    if (!answered)
        (*static_cast<Shared *>(user_data))->unanswered_.store(true, std::memory_order_relaxed);
}

}  // namespace rtspsink

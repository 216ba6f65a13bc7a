// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtspsink::test {

inline GstTracer *leaks_tracer() {
    GstTracer *found = nullptr;
    GList *tracers = gst_tracing_get_active_tracers();
    for (GList *item = tracers; item; item = item->next)
        if (g_str_equal(G_OBJECT_TYPE_NAME(item->data), "GstLeaksTracer"))
            found = GST_TRACER(item->data);  // the tracers live until gst_deinit()
    g_list_free_full(tracers, gst_object_unref);
    return found;
}

inline unsigned count_live_objects(GstTracer *tracer, bool print) {
    GstStructure *info = nullptr;
    g_signal_emit_by_name(tracer, "get-live-objects", &info);
    const GValue *list = gst_structure_get_value(info, "live-objects-list");
    const unsigned count = list ? gst_value_list_get_size(list) : 0;
    if (count > 0 && print)
        gst_println("leaked: %" GST_PTR_FORMAT, info);
    gst_structure_free(info);
    return count;
}

// How many of GStreamer's objects are alive, and prints them. Always 0 without GST_TRACERS=leaks. What a thread of
// GStreamer's pool still holds, which ends by itself, is waited for.
inline unsigned count_leaks() {
    constexpr int kTries = 1000;
    constexpr gulong kPause = 20 * 1000;
    GstTracer *tracer = leaks_tracer();
    if (!tracer)
        return 0;
    for (int i = 0; i < kTries; ++i) {
        g_usleep(kPause);
        if (count_live_objects(tracer, false) == 0)
            return 0;
    }
    return count_live_objects(tracer, true);
}

}  // namespace rtspsink::test

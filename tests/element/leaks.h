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

// How many of GStreamer's objects are alive, and prints them. Always 0 without GST_TRACERS=leaks.
inline unsigned count_leaks() {
    GstTracer *tracer = leaks_tracer();
    if (!tracer)
        return 0;
    GstStructure *info = nullptr;
    g_signal_emit_by_name(tracer, "get-live-objects", &info);
    const GValue *list = gst_structure_get_value(info, "live-objects-list");
    const unsigned count = list ? gst_value_list_get_size(list) : 0;
    if (count > 0)
        gst_println("leaked: %" GST_PTR_FORMAT, info);
    gst_structure_free(info);
    return count;
}

}  // namespace rtspsink::test

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watched_event.h"

namespace rtspsink {

namespace {

constexpr const char *kName = "GstRtspWatched";

}  // namespace

GstEvent *new_watched_event(const Watchers &watchers, const std::string &mapping) {
    return gst_event_new_custom(
        GST_EVENT_CUSTOM_UPSTREAM,
        gst_structure_new(kName, "watched", G_TYPE_BOOLEAN, static_cast<gboolean>(watchers.viewers > 0), "viewers",
                          G_TYPE_UINT, watchers.viewers, "mapping", G_TYPE_STRING, mapping.c_str(), "via",
                          G_TYPE_STRING, watchers.via.c_str(), nullptr));
}

std::optional<Watchers> watchers_in(GstEvent *event) {
    gboolean watched = FALSE;
    if (GST_EVENT_TYPE(event) != GST_EVENT_CUSTOM_UPSTREAM || !gst_event_has_name(event, kName) ||
        !gst_structure_get_boolean(gst_event_get_structure(event), "watched", &watched))
        return std::nullopt;
    const GstStructure *structure = gst_event_get_structure(event);
    Watchers watchers;
    watchers.viewers = watched ? 1 : 0;
    guint viewers = 0;
    if (watched && gst_structure_get_uint(structure, "viewers", &viewers) && viewers > 0)
        watchers.viewers = viewers;
    if (const char *via = gst_structure_get_string(structure, "via"))
        watchers.via = via;
    return watchers;
}

}  // namespace rtspsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watched_event.h"

namespace rtspsink {

namespace {

constexpr const char *kName = "GstRtspWatched";

}  // namespace

GstEvent *new_watched_event(bool watched, const std::string &mapping) {
    return gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM,
                                gst_structure_new(kName, "watched", G_TYPE_BOOLEAN, static_cast<gboolean>(watched),
                                                  "mapping", G_TYPE_STRING, mapping.c_str(), nullptr));
}

std::optional<bool> watched_in(GstEvent *event) {
    gboolean watched = FALSE;
    if (GST_EVENT_TYPE(event) != GST_EVENT_CUSTOM_UPSTREAM || !gst_event_has_name(event, kName) ||
        !gst_structure_get_boolean(gst_event_get_structure(event), "watched", &watched))
        return std::nullopt;
    return watched != FALSE;
}

}  // namespace rtspsink

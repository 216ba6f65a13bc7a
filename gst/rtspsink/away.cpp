// SPDX-License-Identifier: LGPL-2.1-or-later
#include "away.h"

namespace rtspsink {

namespace {

constexpr const char *kName = "GstRtspAway";

}  // namespace

GstEvent *new_away_event() {
    return gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty(kName));
}

bool is_away_event(GstEvent *event) {
    return GST_EVENT_TYPE(event) == GST_EVENT_CUSTOM_DOWNSTREAM && gst_event_has_name(event, kName);
}

}  // namespace rtspsink

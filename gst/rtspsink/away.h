// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtspsink {

// How a source tells those behind it that its stream is away: nothing comes until it has it again, or, if it connects
// on demand, until somebody watches. It says so by a custom downstream event (serialized) when the stream goes, and, to
// those who come to be linked later, by answering a custom query; both have a structure named `GstRtspAway`, without
// fields. The next buffer ends it. Pure. Transfer full.
GstEvent *new_away_event();
bool is_away_event(GstEvent *event);
GstQuery *new_away_query();
bool is_away_query(GstQuery *query);

}  // namespace rtspsink

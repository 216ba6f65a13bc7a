// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtspsink {

// How a source tells those behind it that its stream is away: nothing comes until it has it again, or, if it connects
// on demand, until somebody watches. A custom downstream event (serialized), a structure named `GstRtspAway` without
// fields; the next buffer ends it. Pure. Transfer full.
GstEvent *new_away_event();
bool is_away_event(GstEvent *event);

}  // namespace rtspsink

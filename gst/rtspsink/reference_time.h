// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>

#include "base/clock.h"

namespace rtspsink {

// When what a buffer holds was captured, if upstream says so: GstReferenceTimestampMeta in timestamp/x-unix, else in
// timestamp/x-ntp (what rtspproxysrc, and rtspsrc, give). Safe.
std::optional<rtspcore::WallTime> reference_time(GstBuffer *buffer);

}  // namespace rtspsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>

#include "gop_queue.h"

namespace recordsink {

// Running time by the pipeline's clock; nothing before the element first plays. Safe.
std::optional<RunningTime> running_time_now(GstElement *element);

}  // namespace recordsink

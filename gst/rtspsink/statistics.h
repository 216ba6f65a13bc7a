// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "presentations.h"

namespace rtspsink {

// The element's property `stats`, described in docs/elements/rtspsink.md. Transfer full. Safe.
GstStructure *make_statistics(Presentations &presentations);

}  // namespace rtspsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtspsink {

// The debug category of the element, `GST_DEBUG=rtspsink:5`. Safe.
GstDebugCategory *log_category();

}  // namespace rtspsink

#undef GST_CAT_DEFAULT
#define GST_CAT_DEFAULT ::rtspsink::log_category()

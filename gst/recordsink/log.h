// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace recordsink {

// The debug category of the element, `GST_DEBUG=recordsink:5`. Safe.
GstDebugCategory *log_category();

}  // namespace recordsink

#undef GST_CAT_DEFAULT
#define GST_CAT_DEFAULT ::recordsink::log_category()

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtspproxy {

// The debug category of the element, `GST_DEBUG=rtspproxysrc:5`. Safe.
GstDebugCategory *log_category();

}  // namespace rtspproxy

#undef GST_CAT_DEFAULT
#define GST_CAT_DEFAULT ::rtspproxy::log_category()

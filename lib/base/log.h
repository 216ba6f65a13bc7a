// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtspcore {

// The debug category of the server core, `GST_DEBUG=rtspcore:5`. Safe.
GstDebugCategory *log_category();

}  // namespace rtspcore

#define CORE_LOG(level, ...) GST_CAT_LEVEL_LOG(::rtspcore::log_category(), level, nullptr, __VA_ARGS__)
#define CORE_ERROR(...) CORE_LOG(GST_LEVEL_ERROR, __VA_ARGS__)
#define CORE_WARNING(...) CORE_LOG(GST_LEVEL_WARNING, __VA_ARGS__)
#define CORE_INFO(...) CORE_LOG(GST_LEVEL_INFO, __VA_ARGS__)
#define CORE_DEBUG(...) CORE_LOG(GST_LEVEL_DEBUG, __VA_ARGS__)

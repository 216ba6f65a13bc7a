// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log.h"

namespace rtspproxy {

GstDebugCategory *log_category() {
    static GstDebugCategory *const category = _gst_debug_category_new("rtspproxysrc", 0, "RTSP proxy source");
    return category;
}

}  // namespace rtspproxy

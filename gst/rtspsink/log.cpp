// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log.h"

namespace rtspsink {

GstDebugCategory *log_category() {
    static GstDebugCategory *const category = _gst_debug_category_new("rtspsink", 0, "RTSP sink");
    return category;
}

}  // namespace rtspsink

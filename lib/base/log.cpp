// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/log.h"

namespace rtspcore {

GstDebugCategory *log_category() {
    static GstDebugCategory *const category = _gst_debug_category_new("rtspcore", 0, "RTSP server core");
    return category;
}

}  // namespace rtspcore

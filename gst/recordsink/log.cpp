// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log.h"

namespace recordsink {

GstDebugCategory *log_category() {
    static GstDebugCategory *const category = _gst_debug_category_new("recordsink", 0, "Recording sink");
    return category;
}

}  // namespace recordsink

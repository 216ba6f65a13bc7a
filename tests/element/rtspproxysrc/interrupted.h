// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <cstring>

namespace rtspsink::test {

// rtspsrc 1.22 that is stopped while it gets an answer sends an event without a sequence number, and GStreamer says
// CRITICAL to that. Nothing comes of it, so a test does not end with it.
inline void allow_interrupted_rtspsrc() {
    g_test_log_set_fatal_handler(
        [](const gchar *, GLogLevelFlags, const gchar *message, gpointer) -> gboolean {
            return strstr(message, "gst_event_set_seqnum: assertion") == nullptr;
        },
        nullptr);
}

}  // namespace rtspsink::test

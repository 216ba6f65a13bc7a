// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

namespace rtspsink::test {

// rtspsrc 1.22 that is stopped while it gets an answer sends an event without a sequence number, and GStreamer says
// CRITICAL to that. Nothing comes of it.
class RtspsrcIsInterrupted {
public:
    RtspsrcIsInterrupted() : fatal_(g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_FATAL_MASK))) {}
    ~RtspsrcIsInterrupted() { g_log_set_always_fatal(fatal_); }
    RtspsrcIsInterrupted(const RtspsrcIsInterrupted &) = delete;
    RtspsrcIsInterrupted &operator=(const RtspsrcIsInterrupted &) = delete;

private:
    const GLogLevelFlags fatal_;
};

}  // namespace rtspsink::test

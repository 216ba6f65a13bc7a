// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstbasesink.h>

#include <atomic>
#include <memory>

#include "problem.h"

namespace rtspsink {

// Asks what is upstream of a packet sink for a key frame. It holds no reference to the sink, so it may be called after
// the sink is gone. Safe.
class KeyUnitRequester : public std::enable_shared_from_this<KeyUnitRequester> {
public:
    explicit KeyUnitRequester(GstBaseSink *sink);
    ~KeyUnitRequester();
    KeyUnitRequester(const KeyUnitRequester &) = delete;
    KeyUnitRequester &operator=(const KeyUnitRequester &) = delete;

    // Never blocks: the event is pushed by a thread of GStreamer's pool. False when nobody upstream answered the last
    // time.
    bool request();
    // Somebody else is upstream now.
    void forget() { unanswered_.store(false, std::memory_order_relaxed); }

private:
    static void push(GstElement *element, gpointer user_data);

    GWeakRef sink_;
    std::atomic<bool> unanswered_{false};
};

}  // namespace rtspsink

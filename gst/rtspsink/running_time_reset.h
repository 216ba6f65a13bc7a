// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <mutex>

namespace rtspsink {

// A flush lets running time begin anew at 0, for which the pipeline has to give its elements another base time. It does
// so on the way to PLAYING, where a sink that has lost its state leads it; ours never lose theirs, as they would find
// it again with data only, and a stream may have none for long. This leads the pipeline there when data are back.
//
// Thread: prepare() and await() belong to the streaming thread of `sink`; release() and state_changed() are safe.
class RunningTimeReset {
public:
    explicit RunningTimeReset(GstElement *sink) : sink_(sink) {}

    // At the end of such a flush, before the pipeline hears of it.
    void prepare();
    // Before the first packet that the clock paces: returns when the base time is a new one, or when the streaming
    // thread has to go on, and in any case after a second. Holds no lock while it waits.
    void await();
    // A flush begins, or the sink leaves PLAYING.
    void release();
    // A state was set, and with it the base time.
    void state_changed();

private:
    void ask();
    [[nodiscard]] bool is_over() const;

    GstElement *const sink_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool due_ = false;
    bool waiting_ = false;
    GstClockTime old_base_ = 0;
};

}  // namespace rtspsink

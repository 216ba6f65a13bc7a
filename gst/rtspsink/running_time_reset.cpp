// SPDX-License-Identifier: LGPL-2.1-or-later
#include "running_time_reset.h"

#include <chrono>

#include "log.h"

namespace rtspsink {

namespace {

// A pipeline that is busy with its state overhears it: it is asked again.
constexpr int kTries = 10;
constexpr std::chrono::milliseconds kPatience{100};

}  // namespace

void RunningTimeReset::prepare() {
    const std::lock_guard lock(mutex_);
    due_ = true;
    old_base_ = gst_element_get_base_time(sink_);
}

void RunningTimeReset::await() {
    std::unique_lock lock(mutex_);
    if (!due_)
        return;
    due_ = false;
    waiting_ = true;
    for (int i = 0; i < kTries && !is_over(); ++i) {
        lock.unlock();
        ask();
        lock.lock();
        changed_.wait_for(lock, kPatience, [this] { return is_over(); });
    }
    if (!is_over())
        GST_WARNING_OBJECT(sink_, "the pipeline gives no new base time after a flush: media may be early");
}

// The pipeline loses its state and finds it at once: whoever sets another one waits for nothing.
void RunningTimeReset::ask() {
    gst_element_post_message(sink_, gst_message_new_async_start(GST_OBJECT(sink_)));
    gst_element_post_message(sink_, gst_message_new_async_done(GST_OBJECT(sink_), GST_CLOCK_TIME_NONE));
}

// Outside of PLAYING the way there brings a new base time anyway; another sink may have seen to it.
bool RunningTimeReset::is_over() const {
    return !waiting_ || GST_STATE(sink_) != GST_STATE_PLAYING || gst_element_get_base_time(sink_) != old_base_;
}

void RunningTimeReset::release() {
    const std::lock_guard lock(mutex_);
    waiting_ = false;
    changed_.notify_one();
}

void RunningTimeReset::state_changed() {
    const std::lock_guard lock(mutex_);
    changed_.notify_one();
}

}  // namespace rtspsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "base/ref.h"

namespace rtspsink::test {

// What passes a pad: an Item of each buffer, and the types of events. Safe.
template <typename Item>
class PadLog {
public:
    using Read = std::optional<Item> (*)(GstBuffer *);

    PadLog(rtspcore::Ref<GstPad> pad, Read read) : pad_(std::move(pad)), read_(read) {
        constexpr auto kMask =
            static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
        probe_ = gst_pad_add_probe(pad_.get(), kMask, take, this, nullptr);
    }
    ~PadLog() { gst_pad_remove_probe(pad_.get(), probe_); }
    PadLog(const PadLog &) = delete;
    PadLog &operator=(const PadLog &) = delete;

    // Whether there are `count` items within ten seconds.
    bool wait_for(size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return items_.size() >= count; });
    }
    std::vector<Item> items() {
        const std::lock_guard lock(mutex_);
        return items_;
    }
    size_t count_of(GstEventType type) {
        const std::lock_guard lock(mutex_);
        size_t count = 0;
        for (const GstEventType event : events_)
            count += event == type ? 1 : 0;
        return count;
    }

private:
    static GstPadProbeReturn take(GstPad *, GstPadProbeInfo *info, gpointer self) {
        auto *log = static_cast<PadLog *>(self);
        const std::lock_guard lock(log->mutex_);
        if (!(GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER))
            log->events_.push_back(GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)));
        else if (const auto item = log->read_(GST_PAD_PROBE_INFO_BUFFER(info)))
            log->items_.push_back(*item);
        log->changed_.notify_all();
        return GST_PAD_PROBE_OK;
    }

    const rtspcore::Ref<GstPad> pad_;
    const Read read_;
    gulong probe_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Item> items_;
    std::vector<GstEventType> events_;
};

}  // namespace rtspsink::test

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/ref.h"
#include "rtp/packet.h"

namespace rtspsink::test {

// What passes a pad: RTP packets, and the names of events. Safe.
class PacketLog {
public:
    struct Packet {
        uint16_t sequence;
        rtspcore::rtp::RtpTime time;
        rtspcore::rtp::Ssrc ssrc;
        GstClockTime pts;
        bool discont;
    };

    explicit PacketLog(rtspcore::Ref<GstPad> pad) : pad_(std::move(pad)) {
        constexpr auto kMask =
            static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
        probe_ = gst_pad_add_probe(pad_.get(), kMask, take, this, nullptr);
    }
    ~PacketLog() { gst_pad_remove_probe(pad_.get(), probe_); }
    PacketLog(const PacketLog &) = delete;
    PacketLog &operator=(const PacketLog &) = delete;

    // Whether there are `count` packets within ten seconds.
    bool wait_for(size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return packets_.size() >= count; });
    }
    std::vector<Packet> packets() {
        const std::lock_guard lock(mutex_);
        return packets_;
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
        auto *log = static_cast<PacketLog *>(self);
        const std::lock_guard lock(log->mutex_);
        if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER)
            log->add(GST_PAD_PROBE_INFO_BUFFER(info));
        else
            log->events_.push_back(GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)));
        log->changed_.notify_all();
        return GST_PAD_PROBE_OK;
    }
    void add(GstBuffer *buffer) {
        GstMapInfo map;
        gst_buffer_map(buffer, &map, GST_MAP_READ);
        if (const auto packet = rtspcore::rtp::PacketView::parse({map.data, map.size}))
            packets_.push_back({packet->sequence, packet->time, packet->ssrc, GST_BUFFER_PTS(buffer),
                                GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT) != FALSE});
        gst_buffer_unmap(buffer, &map);
    }

    const rtspcore::Ref<GstPad> pad_;
    gulong probe_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Packet> packets_;
    std::vector<GstEventType> events_;
};

}  // namespace rtspsink::test

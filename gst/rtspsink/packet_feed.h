// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstbasesink.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/guarded.h"
#include "capture_time.h"
#include "media/batch_assembler.h"
#include "media/mount.h"

namespace rtspsink {

// Takes the RTP packets that reach a packet sink to the track that serves them, one batch per access unit.
//
// Thread: confined to the streaming thread of `sink`, but switch_track() and the counters, which are safe.
class PacketFeed {
public:
    PacketFeed(GstBaseSink *sink, CaptureClock &clock) : capture_time_(sink, clock) {}

    // From the next packet on they go to `track`; null: to nobody.
    void switch_track(std::shared_ptr<rtspcore::media::Track> track);

    void take(GstBuffer *buffer);
    void take(GstBufferList *list);
    void flush();
    void end_of_stream();
    void new_segment() { capture_time_.forget(); }

    [[nodiscard]] uint64_t packets() const { return packets_.load(std::memory_order_relaxed); }
    [[nodiscard]] uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

private:
    void add(GstBuffer *buffer);
    void publish(const std::vector<rtspcore::media::SharedBatch> &batches);
    void follow_switch();

    CaptureTime capture_time_;
    std::shared_ptr<rtspcore::media::Track> track_;
    std::optional<rtspcore::media::BatchAssembler> assembler_;
    std::vector<uint8_t> scratch_;
    std::atomic<uint64_t> packets_{0};
    std::atomic<uint64_t> bytes_{0};

    rtspcore::Guarded<std::shared_ptr<rtspcore::media::Track>> next_track_;
    std::atomic<bool> switched_{false};
};

}  // namespace rtspsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "packet_feed.h"

#include <span>

#include "rtp_caps.h"

namespace rtspsink {

using rtspcore::media::SharedBatch;
using rtspcore::media::Track;

namespace {

// The bytes of a buffer for as long as it lives.
class ReadMap {
public:
    explicit ReadMap(GstBuffer *buffer) : buffer_(buffer), mapped_(gst_buffer_map(buffer, &map_, GST_MAP_READ)) {}
    ~ReadMap() {
        if (mapped_)
            gst_buffer_unmap(buffer_, &map_);
    }
    ReadMap(const ReadMap &) = delete;
    ReadMap &operator=(const ReadMap &) = delete;

    [[nodiscard]] std::span<const uint8_t> bytes() const {
        return mapped_ ? std::span<const uint8_t>(map_.data, map_.size) : std::span<const uint8_t>();
    }

private:
    GstBuffer *buffer_;
    GstMapInfo map_;
    bool mapped_;
};

}  // namespace

void PacketFeed::switch_track(std::shared_ptr<Track> track) {
    std::swap(*next_track_.lock(), track);
    switched_.store(true, std::memory_order_release);
}

void PacketFeed::follow_switch() {
    if (!switched_.exchange(false, std::memory_order_acq_rel))
        return;
    std::shared_ptr<Track> track = *next_track_.lock();
    if (track == track_)
        return;
    track_ = std::move(track);
    assembler_.reset();
    if (!track_)
        return;
    const RtpEncoding encoding = rtp_encoding(track_->config().caps.get());
    assembler_.emplace(encoding.media, encoding.name, track_->index());
}

void PacketFeed::take(GstBuffer *buffer) {
    follow_switch();
    if (!track_)
        return;
    add(buffer);
    publish(assembler_->end_push());
}

void PacketFeed::take(GstBufferList *list) {
    follow_switch();
    if (!track_)
        return;
    const guint length = gst_buffer_list_length(list);
    for (guint i = 0; i < length; ++i)
        add(gst_buffer_list_get(list, i));
    publish(assembler_->end_push());
}

void PacketFeed::add(GstBuffer *buffer) {
    const ReadMap map(buffer);
    packets_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(map.bytes().size(), std::memory_order_relaxed);
    publish(assembler_->add(map.bytes(), capture_time_.of(buffer), rtspcore::monotonic_now()));
}

void PacketFeed::publish(const std::vector<SharedBatch> &batches) {
    for (const SharedBatch &batch : batches)
        track_->publish(batch);
}

void PacketFeed::flush() {
    if (assembler_)
        assembler_->discard();
}

void PacketFeed::end_of_stream() {
    follow_switch();
    if (!track_)
        return;
    publish(assembler_->drain());
    track_->end();
}

}  // namespace rtspsink

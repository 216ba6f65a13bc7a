// SPDX-License-Identifier: LGPL-2.1-or-later
#include "packet_feed.h"

#include <span>
#include <utility>

#include "rtp_caps.h"

namespace rtspsink {

using rtspcore::media::SharedBatch;
using rtspcore::media::Track;

namespace {

// The bytes of a buffer for as long as both live. Payloaders put header and payload into memories of their own, which
// mapping would merge into a new one for each packet; `scratch` takes them without.
class PacketBytes {
public:
    PacketBytes(GstBuffer *buffer, std::vector<uint8_t> &scratch) : buffer_(buffer) {
        if (gst_buffer_n_memory(buffer) == 1 && gst_buffer_map(buffer, &map_, GST_MAP_READ)) {
            mapped_ = true;
            bytes_ = {map_.data, map_.size};
            return;
        }
        scratch.resize(gst_buffer_get_size(buffer));
        bytes_ = {scratch.data(), gst_buffer_extract(buffer, 0, scratch.data(), scratch.size())};
    }
    ~PacketBytes() {
        if (mapped_)
            gst_buffer_unmap(buffer_, &map_);
    }
    PacketBytes(const PacketBytes &) = delete;
    PacketBytes &operator=(const PacketBytes &) = delete;

    [[nodiscard]] std::span<const uint8_t> get() const { return bytes_; }

private:
    GstBuffer *buffer_;
    GstMapInfo map_{};
    bool mapped_ = false;
    std::span<const uint8_t> bytes_;
};

}  // namespace

void PacketFeed::switch_track(std::shared_ptr<Track> track) {
    if (!track)
        capture_time_.leave();
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
    capture_time_.join(track_->path());
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
    const PacketBytes packet(buffer, scratch_);
    packets_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(packet.get().size(), std::memory_order_relaxed);
    publish(assembler_->add(packet.get(), capture_time_.of(buffer), rtspcore::monotonic_now()));
}

void PacketFeed::publish(const std::vector<SharedBatch> &batches) {
    if (batches.empty())
        return;
    if (auto sets = assembler_->take_parameter_sets())
        track_->complete_caps(std::move(*sets));
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

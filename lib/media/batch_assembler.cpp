// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/batch_assembler.h"

#include <array>
#include <atomic>
#include <cstring>
#include <utility>

namespace rtspcore::media {

namespace {

constexpr size_t kHeader = PacketBatch::kInterleavedHeaderSize;
constexpr size_t kMaxPacketSize = 65535;  // the length field of an interleaved header

uint64_t next_run() {
    static std::atomic<uint64_t> next{1};
    return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

BatchAssembler::BatchAssembler(std::string_view media, std::string_view encoding_name, uint8_t track)
    : inspector_(rtp::make_access_unit_inspector(media, encoding_name)), run_(next_run()), track_(track) {}

std::vector<SharedBatch> BatchAssembler::add(std::span<const uint8_t> packet, rtp::NtpTime capture, Time now) {
    const auto view = rtp::PacketView::parse(packet);
    if (!view || packet.size() > kMaxPacketSize) {
        ++malformed_;
        return {};
    }
    const auto numbered = number(*view);
    if (!numbered) {
        ++repeated_;
        return {};
    }
    std::vector<SharedBatch> complete;
    const bool full = extents_.size() >= kMaxPackets || pending_.size() + packet.size() > kMaxBytes;
    const bool marker_was_lost = view->time != next_.time || view->ssrc != next_.ssrc;
    if (!extents_.empty() && (full || marker_was_lost || numbered->begins_anew))
        complete.push_back(build());
    if (numbered->begins_anew)
        run_ = next_run();
    if (extents_.empty())
        begin(*view, numbered->extended, capture, now);
    append(packet);
    inspector_->add(*view);
    ++packets_;
    octets_ += view->payload.size();
    if (view->marker && inspector_->marker_ends_unit())
        complete.push_back(build());
    return complete;
}

std::optional<BatchAssembler::Number> BatchAssembler::number(const rtp::PacketView &packet) {
    const bool is_other = ssrc_ && *ssrc_ != packet.ssrc;
    if (is_other)
        sequence_ = {};
    ssrc_ = packet.ssrc;
    switch (sequence_.add(packet.sequence)) {
        case rtp::SequenceRun::Verdict::New:
            return Number{sequence_.last(), is_other};
        case rtp::SequenceRun::Verdict::Anew:
            return Number{sequence_.last(), true};
        case rtp::SequenceRun::Verdict::Repeated:
            break;
    }
    return std::nullopt;
}

void BatchAssembler::begin(const rtp::PacketView &first, rtp::ExtendedSequence number, rtp::NtpTime capture, Time now) {
    next_.track = track_;
    next_.dependent_track = inspector_->has_key_frames();
    next_.ssrc = first.ssrc;
    next_.first_sequence = number;
    next_.run = run_;
    next_.time = first.time;
    next_.capture = capture;
    next_.made = now;
    next_.packets_before = packets_;
    next_.octets_before = octets_;
}

void BatchAssembler::append(std::span<const uint8_t> packet) {
    const size_t begin = pending_.size();
    std::array<uint8_t, kHeader> header;
    rtp::write_interleaved_header(header.data(), usual_rtp_channel(track_), static_cast<uint16_t>(packet.size()));
    pending_.insert(pending_.end(), header.begin(), header.end());
    pending_.insert(pending_.end(), packet.begin(), packet.end());
    extents_.push_back({static_cast<uint32_t>(begin + kHeader), static_cast<uint16_t>(packet.size())});
}

std::vector<SharedBatch> BatchAssembler::end_push() {
    if (extents_.empty() || inspector_->marker_ends_unit())
        return {};
    return {build()};
}

std::vector<SharedBatch> BatchAssembler::drain() {
    if (extents_.empty())
        return {};
    return {build()};
}

void BatchAssembler::discard() {
    packets_ = extents_.empty() ? packets_ : next_.packets_before;
    octets_ = extents_.empty() ? octets_ : next_.octets_before;
    extents_.clear();
    pending_.clear();
    inspector_->finish();
}

bool BatchAssembler::has_key_frames() const {
    return inspector_->has_key_frames();
}

SharedBatch BatchAssembler::build() {
    next_.traits = inspector_->finish();
    auto slab = std::make_unique_for_overwrite<uint8_t[]>(pending_.size());
    std::memcpy(slab.get(), pending_.data(), pending_.size());
    std::vector<PacketBatch::Extent> extents(extents_.begin(), extents_.end());
    auto batch = std::make_shared<const PacketBatch>(next_, std::move(extents), std::move(slab), pending_.size());
    pending_.clear();
    extents_.clear();
    return batch;
}

}  // namespace rtspcore::media

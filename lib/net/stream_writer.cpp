// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/stream_writer.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace rtspcore::net {

namespace {

std::span<const uint8_t> relabelled(const rtp::PacketSlab &slab, uint8_t channel, WriteScratch &scratch) {
    scratch.assign(slab.slab().begin(), slab.slab().end());
    for (const auto &extent : slab.extents())
        rtp::write_interleaved_header(scratch.data() + extent.offset - rtp::PacketSlab::kInterleavedHeaderSize, channel,
                                      extent.size);
    return scratch;
}

}  // namespace

bool StreamWriter::queue_control(std::string_view bytes) {
    if (control_.size() - control_sent_ + bytes.size() > kMaxControl)
        return false;
    // A peer that never quite catches up: what it has got goes when it is the larger part, so that a byte moves at most
    // once on average.
    if (control_sent_ > control_.size() - control_sent_) {
        control_.erase(0, control_sent_);
        control_sent_ = 0;
    }
    control_.append(bytes);
    return true;
}

StreamWriter::Outcome StreamWriter::write(ByteStream &stream, SharedSlab slab, std::optional<uint8_t> channel,
                                          WriteScratch &scratch) {
    assert(!slab_);
    slab_ = std::move(slab);
    slab_sent_ = 0;
    channel_ = channel;
    return flush(stream, scratch);
}

StreamWriter::Outcome StreamWriter::flush(ByteStream &stream, WriteScratch &scratch) {
    if (const Outcome outcome = stream.flush(); outcome != Outcome::Done)
        return outcome;
    if (slab_ && !control_.empty())
        if (const Outcome outcome = send_slab(stream, end_of_packet(), scratch); outcome != Outcome::Done)
            return outcome;
    if (!control_.empty())
        if (const Outcome outcome = send_control(stream); outcome != Outcome::Done)
            return outcome;
    if (slab_)
        return send_slab(stream, slab_->slab().size(), scratch);
    return Outcome::Done;
}

StreamWriter::Outcome StreamWriter::send_slab(ByteStream &stream, size_t end, WriteScratch &scratch) {
    if (slab_sent_ < end) {
        const auto bytes = channel_ ? relabelled(*slab_, *channel_, scratch) : slab_->slab();
        const Outcome outcome = send(stream, bytes.first(end), slab_sent_);
        if (outcome != Outcome::Done)
            return outcome;
    }
    if (slab_sent_ == slab_->slab().size())
        slab_.reset();
    return Outcome::Done;
}

StreamWriter::Outcome StreamWriter::send_control(ByteStream &stream) {
    const auto *bytes = reinterpret_cast<const uint8_t *>(control_.data());
    const Outcome outcome = send(stream, {bytes, control_.size()}, control_sent_);
    if (outcome == Outcome::Done) {
        control_ = {};
        control_sent_ = 0;
    }
    return outcome;
}

StreamWriter::Outcome StreamWriter::send(ByteStream &stream, std::span<const uint8_t> bytes, size_t &sent) {
    if (sent == bytes.size())
        return Outcome::Done;
    const auto [taken, outcome] = stream.write(bytes.subspan(sent));
    sent += taken;
    bytes_sent_ += taken;
    return outcome;
}

// Where the packet ends that is partly sent; slab_sent_ itself between packets.
size_t StreamWriter::end_of_packet() const {
    const auto extents = slab_->extents();
    const auto end_of = [](const rtp::PacketSlab::Extent &extent) { return size_t{extent.offset} + extent.size; };
    const auto found = std::partition_point(extents.begin(), extents.end(),
                                            [&](const auto &extent) { return end_of(extent) <= slab_sent_; });
    if (found == extents.end())
        return slab_->slab().size();
    const size_t begin = found->offset - rtp::PacketSlab::kInterleavedHeaderSize;
    return slab_sent_ == begin ? slab_sent_ : end_of(*found);
}

}  // namespace rtspcore::net

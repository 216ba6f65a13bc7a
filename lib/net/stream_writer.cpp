// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/stream_writer.h"

#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
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

StreamWriter::Outcome StreamWriter::write(int fd, SharedSlab slab, std::optional<uint8_t> channel,
                                          WriteScratch &scratch) {
    assert(!slab_);
    slab_ = std::move(slab);
    slab_sent_ = 0;
    channel_ = channel;
    return flush(fd, scratch);
}

StreamWriter::Outcome StreamWriter::flush(int fd, WriteScratch &scratch) {
    if (slab_ && !control_.empty())
        if (const Outcome outcome = send_slab(fd, end_of_packet(), scratch); outcome != Outcome::Done)
            return outcome;
    if (!control_.empty())
        if (const Outcome outcome = send_control(fd); outcome != Outcome::Done)
            return outcome;
    if (slab_)
        return send_slab(fd, slab_->slab().size(), scratch);
    return Outcome::Done;
}

StreamWriter::Outcome StreamWriter::send_slab(int fd, size_t end, WriteScratch &scratch) {
    if (slab_sent_ < end) {
        const auto bytes = channel_ ? relabelled(*slab_, *channel_, scratch) : slab_->slab();
        const Outcome outcome = send(fd, bytes.first(end), slab_sent_);
        if (outcome != Outcome::Done)
            return outcome;
    }
    if (slab_sent_ == slab_->slab().size())
        slab_.reset();
    return Outcome::Done;
}

StreamWriter::Outcome StreamWriter::send_control(int fd) {
    const auto *bytes = reinterpret_cast<const uint8_t *>(control_.data());
    const Outcome outcome = send(fd, {bytes, control_.size()}, control_sent_);
    if (outcome == Outcome::Done) {
        control_ = {};
        control_sent_ = 0;
    }
    return outcome;
}

// One system call mostly: the kernel takes everything or, when its buffer is full, a part.
StreamWriter::Outcome StreamWriter::send(int fd, std::span<const uint8_t> bytes, size_t &sent) {
    while (sent < bytes.size()) {
        const ssize_t taken = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (taken < 0 && errno == EINTR)
            continue;
        if (taken < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? Outcome::Blocked : Outcome::Broken;
        sent += static_cast<size_t>(taken);
        bytes_sent_ += static_cast<uint64_t>(taken);
        if (sent < bytes.size())
            return Outcome::Blocked;
    }
    return Outcome::Done;
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

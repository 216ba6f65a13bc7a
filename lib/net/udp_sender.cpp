// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/udp_sender.h"

#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

namespace rtspcore::net {

namespace {

constexpr size_t kMaxSegments = 64;         // UDP_MAX_SEGMENTS of Linux before 6.9
constexpr size_t kMaxSegmentBytes = 65000;  // a message is one IP datagram before it is cut
constexpr size_t kMessagesPerCall = 256;

bool kernel_segments(int fd) {
    const int off = 0;
    return setsockopt(fd, SOL_UDP, UDP_SEGMENT, &off, sizeof off) == 0;
}

}  // namespace

UdpSender::UdpSender(int fd, int family) : fd_(fd), family_(family), segmentation_(kernel_segments(fd)) {
    messages_.resize(kMessagesPerCall);
    names_.resize(kMessagesPerCall);
}

void UdpSender::send(SharedSlab slab, std::span<const SocketAddress> destinations, Time now) {
    if (destinations.empty())
        return;
    Pending pending{std::move(slab), {destinations.begin(), destinations.end()}, 0, segmentation_, now};
    if (backlog_.empty() && send_messages(pending))
        return;
    backlog_.push_back(std::move(pending));
    if (backlog_.size() > kMaxBacklog)
        drop_oldest();
}

void UdpSender::flush(Time now) {
    while (!backlog_.empty() && now - backlog_.front().since > kMaxAge)
        drop_oldest();
    while (!backlog_.empty() && send_messages(backlog_.front()))
        backlog_.pop_front();
}

void UdpSender::drop_oldest() {
    const Pending &oldest = backlog_.front();
    cut(*oldest.slab, oldest.segmented);
    const size_t left = oldest.destinations.size() * segment_count_ - oldest.next_message;
    packets_dropped_ += left * oldest.slab->extents().size() / segment_count_;
    backlog_.pop_front();
}

// Runs of equal size, of which the last may be shorter: that is what one UDP_SEGMENT message can carry.
void UdpSender::cut(const rtp::PacketSlab &slab, bool segmented) {
    segment_count_ = 0;
    size_t bytes = 0;
    bool open = false;
    for (const auto &extent : slab.extents()) {
        const Segment *last = segment_count_ > 0 ? &segments_[segment_count_ - 1] : nullptr;
        const bool joins = open && extent.size <= last->size && last->packets.size() < kMaxSegments &&
                           bytes + extent.size <= kMaxSegmentBytes;
        if (!joins) {
            if (segments_.size() == segment_count_)
                segments_.emplace_back();
            segments_[segment_count_].packets.clear();
            segments_[segment_count_].size = extent.size;
            ++segment_count_;
            bytes = 0;
        }
        Segment &segment = segments_[segment_count_ - 1];
        segment.packets.push_back({const_cast<uint8_t *>(slab.packet(extent).data()), extent.size});
        bytes += extent.size;
        open = segmented && extent.size == segment.size;
    }
}

// True when everything is sent, false when the socket is full.
bool UdpSender::send_messages(Pending &pending) {
    cut(*pending.slab, pending.segmented);
    while (pending.next_message < pending.destinations.size() * segment_count_) {
        const size_t count = fill(pending, pending.next_message);
        const int sent = sendmmsg(fd_, messages_.data(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            pending.next_message += static_cast<size_t>(sent);
            retried_ = false;
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
            return false;
        if (errno != EINTR)
            pass_over_failed(pending, errno);
    }
    return true;
}

size_t UdpSender::fill(const Pending &pending, size_t first) {
    const size_t end = std::min(first + kMessagesPerCall, pending.destinations.size() * segment_count_);
    for (size_t message = first; message < end; ++message) {
        const size_t slot = message - first;
        Segment &segment = segments_[message % segment_count_];
        msghdr &header = messages_[slot].msg_hdr;
        header = {};
        header.msg_name = &names_[slot];
        header.msg_namelen = pending.destinations[message / segment_count_].to_sockaddr(family_, names_[slot]);
        header.msg_iov = segment.packets.data();
        header.msg_iovlen = segment.packets.size();
        if (segment.packets.size() < 2)
            continue;
        header.msg_control = segment.control;
        header.msg_controllen = sizeof segment.control;
        cmsghdr *control = CMSG_FIRSTHDR(&header);
        control->cmsg_level = SOL_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        std::memcpy(CMSG_DATA(control), &segment.size, sizeof segment.size);
    }
    return end - first;
}

// One message was refused: the others go on.
void UdpSender::pass_over_failed(Pending &pending, int error) {
    // An ICMP error of an earlier packet, to whomever, is reported once instead of sending: try again.
    const bool may_be_stale = error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH;
    if (may_be_stale && !std::exchange(retried_, true))
        return;
    retried_ = false;
    const Segment &segment = segments_[pending.next_message % segment_count_];
    const SocketAddress &destination = pending.destinations[pending.next_message / segment_count_];
    ++pending.next_message;
    if (error == EIO || error == EOPNOTSUPP)
        segmentation_ = false;  // the device has no checksum offload
    const bool refused_as_whole = error == EINVAL || error == EMSGSIZE || error == EIO || error == EOPNOTSUPP;
    if (segment.packets.size() > 1 && refused_as_whole)
        send_singly(segment, destination);
    else
        packets_dropped_ += segment.packets.size();
}

// For a path with a smaller MTU than the segments (a tunnel): packet by packet they can be fragmented by IP.
void UdpSender::send_singly(const Segment &segment, const SocketAddress &destination) {
    sockaddr_in6 name;
    const socklen_t name_size = destination.to_sockaddr(family_, name);
    for (const iovec &packet : segment.packets) {
        const ssize_t sent = sendto(fd_, packet.iov_base, packet.iov_len, MSG_DONTWAIT | MSG_NOSIGNAL,
                                    reinterpret_cast<const sockaddr *>(&name), name_size);
        packets_dropped_ += sent < 0 ? 1 : 0;
    }
}

}  // namespace rtspcore::net

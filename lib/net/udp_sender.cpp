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
// From how many destinations on it pays to copy the packets once to where they stand side by side, so that the kernel
// has one piece of memory a message to copy from instead of one a packet.
constexpr size_t kWorthGathering = 8;

bool kernel_segments(int fd) {
    const int off = 0;
    return setsockopt(fd, SOL_UDP, UDP_SEGMENT, &off, sizeof off) == 0;
}

// `header` has room for it.
template <typename Data>
void append_control(msghdr &header, int level, int type, const Data &data) {
    auto *control = reinterpret_cast<cmsghdr *>(static_cast<char *>(header.msg_control) + header.msg_controllen);
    control->cmsg_level = level;
    control->cmsg_type = type;
    control->cmsg_len = CMSG_LEN(sizeof data);
    std::memcpy(CMSG_DATA(control), &data, sizeof data);
    header.msg_controllen += CMSG_SPACE(sizeof data);
}

// An AF_INET6 socket takes IPv4 sources too, in their mapped form.
void append_source(msghdr &header, int family, const SocketAddress &source) {
    sockaddr_in6 name;
    if (source.to_sockaddr(family, name) == 0)
        return;
    if (family == AF_INET6) {
        append_control(header, IPPROTO_IPV6, IPV6_PKTINFO, in6_pktinfo{name.sin6_addr, name.sin6_scope_id});
        return;
    }
    in_pktinfo info{};
    info.ipi_spec_dst = reinterpret_cast<const sockaddr_in &>(name).sin_addr;
    append_control(header, IPPROTO_IP, IP_PKTINFO, info);
}

}  // namespace

UdpSender::UdpSender(int fd, int family) : fd_(fd), family_(family), segmentation_(kernel_segments(fd)) {
    messages_.resize(kMessagesPerCall);
    names_.resize(kMessagesPerCall);
    controls_.resize(kMessagesPerCall);
}

void UdpSender::send(SharedSlab slab, std::span<const Destination> destinations, Time now) {
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
    const size_t left = oldest.destinations.size() * segments_.size() - oldest.next_message;
    packets_dropped_ += left * oldest.slab->extents().size() / segments_.size();
    backlog_.pop_front();
}

// Runs of equal size, of which the last may be shorter: that is what one UDP_SEGMENT message can carry.
void UdpSender::cut(const rtp::PacketSlab &slab, bool segmented) {
    packets_.clear();
    segments_.clear();
    is_gathered_ = false;
    size_t bytes = 0;
    bool open = false;
    for (const auto &extent : slab.extents()) {
        const bool joins = open && extent.size <= segments_.back().size && segments_.back().count < kMaxSegments &&
                           bytes + extent.size <= kMaxSegmentBytes;
        if (!joins) {
            segments_.push_back({.first = packets_.size(), .size = extent.size});
            bytes = 0;
        }
        packets_.push_back({const_cast<uint8_t *>(slab.packet(extent).data()), extent.size});
        ++segments_.back().count;
        bytes += extent.size;
        open = segmented && extent.size == segments_.back().size;
    }
}

void UdpSender::gather() {
    is_gathered_ = true;
    gathered_.clear();
    for (const iovec &packet : packets_) {
        const auto *begin = static_cast<const uint8_t *>(packet.iov_base);
        gathered_.insert(gathered_.end(), begin, begin + packet.iov_len);
    }
    uint8_t *at = gathered_.data();
    for (Segment &segment : segments_) {
        segment.whole = {at, 0};
        for (size_t i = segment.first; i < segment.first + segment.count; ++i)
            segment.whole.iov_len += packets_[i].iov_len;
        at += segment.whole.iov_len;
    }
}

// True when everything is sent, false when the socket is full.
bool UdpSender::send_messages(Pending &pending) {
    cut(*pending.slab, pending.segmented);
    if (pending.segmented && pending.destinations.size() >= kWorthGathering)
        gather();
    while (pending.next_message < pending.destinations.size() * segments_.size()) {
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
    const size_t end = std::min(first + kMessagesPerCall, pending.destinations.size() * segments_.size());
    for (size_t message = first; message < end; ++message) {
        const size_t slot = message - first;
        Segment &segment = segments_[message % segments_.size()];
        address(slot, pending.destinations[message / segments_.size()]);
        msghdr &header = messages_[slot].msg_hdr;
        header.msg_iov = is_gathered_ ? &segment.whole : &packets_[segment.first];
        header.msg_iovlen = is_gathered_ ? 1 : segment.count;
        if (segment.count > 1)
            append_control(header, SOL_UDP, UDP_SEGMENT, segment.size);
    }
    return end - first;
}

void UdpSender::address(size_t slot, const Destination &destination) {
    msghdr &header = messages_[slot].msg_hdr;
    header = {};
    header.msg_name = &names_[slot];
    header.msg_namelen = destination.peer.to_sockaddr(family_, names_[slot]);
    header.msg_control = controls_[slot].bytes;
    if (!destination.source.is_unspecified())
        append_source(header, family_, destination.source);
}

// One message was refused: the others go on.
void UdpSender::pass_over_failed(Pending &pending, int error) {
    // An ICMP error of an earlier packet, to whomever, is reported once instead of sending: try again.
    const bool may_be_stale = error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH;
    if (may_be_stale && !std::exchange(retried_, true))
        return;
    retried_ = false;
    const Segment &segment = segments_[pending.next_message % segments_.size()];
    const Destination &destination = pending.destinations[pending.next_message / segments_.size()];
    ++pending.next_message;
    if (error == EIO || error == EOPNOTSUPP)
        segmentation_ = false;  // the device has no checksum offload
    const bool refused_as_whole = error == EINVAL || error == EMSGSIZE || error == EIO || error == EOPNOTSUPP;
    if (segment.count > 1 && refused_as_whole)
        send_singly(segment, destination);
    else
        packets_dropped_ += segment.count;
}

// For a path with a smaller MTU than the segments (a tunnel): packet by packet they can be fragmented by IP.
void UdpSender::send_singly(const Segment &segment, const Destination &destination) {
    address(0, destination);
    msghdr &header = messages_[0].msg_hdr;
    header.msg_iovlen = 1;
    for (size_t i = segment.first; i < segment.first + segment.count; ++i) {
        header.msg_iov = &packets_[i];
        packets_dropped_ += sendmsg(fd_, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? 1 : 0;
    }
}

}  // namespace rtspcore::net

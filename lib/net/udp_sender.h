// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "net/socket_address.h"
#include "rtp/packet_slab.h"

namespace rtspcore::net {

using SharedSlab = std::shared_ptr<const rtp::PacketSlab>;

// Where datagrams go, and which address of this host they come from: the one that the client talks to, because a NAT
// between lets nothing else through. With an unspecified `source` the kernel chooses by its routes.
struct Destination {
    SocketAddress peer;
    SocketAddress source;
};

// Sends the packets of a slab to many viewers with few system calls: packets of equal size leave as one UDP_SEGMENT
// message (Linux 4.18; packet by packet where it is missing or a path refuses it), messages of many viewers in one
// sendmmsg(2).
//
// What the socket does not take at once waits in a backlog, in order, bounded by kMaxBacklog and kMaxAge; the oldest
// goes first. Confined to one I/O thread. Never blocks.
class UdpSender {
public:
    static constexpr size_t kMaxBacklog = 64;
    static constexpr std::chrono::milliseconds kMaxAge{200};

    // Borrows the socket; `family` is the socket's.
    UdpSender(int fd, int family);

    void send(SharedSlab slab, std::span<const Destination> destinations, Time now);
    // Goes on with the backlog, when the socket is writable.
    void flush(Time now);

    [[nodiscard]] bool blocked() const { return !backlog_.empty(); }
    [[nodiscard]] uint64_t packets_dropped() const { return packets_dropped_; }
    [[nodiscard]] bool segments() const { return segmentation_; }

private:
    // Packets that leave as one message.
    struct Segment {
        size_t first = 0;  // into packets_
        size_t count = 0;
        uint16_t size = 0;  // of each but the last
        iovec whole{};      // all of them, where they stand without their interleaved headers
    };
    // Ancillary data of one message.
    struct Control {
        alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(in6_pktinfo))];
    };
    struct Pending {
        SharedSlab slab;
        std::vector<Destination> destinations;
        size_t next_message = 0;  // counts segments of all destinations
        bool segmented = true;    // how `next_message` counts
        Time since;
    };

    void cut(const rtp::PacketSlab &slab, bool segmented);
    void gather();
    bool send_messages(Pending &pending);
    size_t fill(const Pending &pending, size_t first);
    void address(size_t slot, const Destination &destination);
    void pass_over_failed(Pending &pending, int error);
    void send_singly(const Segment &segment, const Destination &destination);
    void drop_oldest();

    const int fd_;
    const int family_;
    bool segmentation_ = true;
    bool retried_ = false;
    std::deque<Pending> backlog_;
    uint64_t packets_dropped_ = 0;

    // Kept to be reused.
    std::vector<iovec> packets_;
    std::vector<Segment> segments_;
    std::vector<uint8_t> gathered_;
    bool is_gathered_ = false;
    std::vector<mmsghdr> messages_;
    std::vector<sockaddr_in6> names_;
    std::vector<Control> controls_;
};

}  // namespace rtspcore::net

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/event_loop.h"
#include "base/result.h"
#include "net/multicast_route.h"
#include "net/socket.h"
#include "net/udp_sender.h"

namespace rtspcore::net {

// The pair of UDP ports, an even one for RTP and the next for RTCP (RFC 3550 section 11), through which one I/O thread
// serves all its viewers. Confined to that thread.
class UdpPorts {
public:
    // Told what comes in. `rtcp` says on which of the two ports.
    class Receiver {
    public:
        virtual ~Receiver() = default;
        virtual void on_datagram(const SocketAddress &from, std::span<const uint8_t> bytes, bool rtcp) = 0;
        // The peer's host says (ICMP) that nobody listens on that port of it.
        virtual void on_port_unreachable(const SocketAddress &peer) = 0;
    };

    // Takes a free pair within [min, max], any pair if `min` is 0. Fails with InUse when there is none.
    static Result<std::unique_ptr<UdpPorts>, SocketError> open(const std::string &address, uint16_t min, uint16_t max);
    // A pair of any ports for sending to groups of the family of `group`, out as `route` says.
    static Result<std::unique_ptr<UdpPorts>, SocketError> open_multicast(const SocketAddress &group,
                                                                         const MulticastRoute &route);
    ~UdpPorts();

    // Both borrowed, until the ports are destroyed. On the loop's thread.
    void attach(EventLoop &loop, Receiver &receiver);

    void send_rtp(SharedSlab slab, std::span<const Destination> destinations);
    void send_rtcp(SharedSlab slab, std::span<const Destination> destinations);

    [[nodiscard]] uint16_t rtp_port() const;
    [[nodiscard]] uint16_t rtcp_port() const;
    [[nodiscard]] uint64_t packets_dropped() const;

private:
    class Port;
    UdpPorts(BoundSocket rtp, BoundSocket rtcp);
    std::unique_ptr<Port> rtp_;
    std::unique_ptr<Port> rtcp_;
};

}  // namespace rtspcore::net

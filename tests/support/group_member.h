// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <check.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "net/multicast_route.h"
#include "support/datagram_socket.h"

namespace rtspcore::test {

inline const net::MulticastRoute kLoopbackRoute{.interface = "lo", .own_address = "127.0.0.1"};

// A socket that has joined a group on loopback and hears what is sent to one port of it.
inline DatagramSocket join_group(const std::string &group, uint16_t port) {
    const auto address = *net::SocketAddress::parse(group, port);
    net::BoundSocket bound{UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), AF_INET, port};
    const int on = 1;
    setsockopt(bound.fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in6 raw;
    const socklen_t size = address.to_sockaddr(AF_INET, raw);
    ck_assert_int_eq(bind(bound.fd.get(), reinterpret_cast<const sockaddr *>(&raw), size), 0);
    ip_mreqn request{};
    request.imr_multiaddr = reinterpret_cast<const sockaddr_in *>(&raw)->sin_addr;
    request.imr_ifindex = static_cast<int>(*kLoopbackRoute.interface_index());
    ck_assert_int_eq(setsockopt(bound.fd.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request), 0);
    return DatagramSocket(std::move(bound));
}

// A socket whose datagrams to groups stay on loopback.
inline DatagramSocket loopback_sender() {
    auto bound = net::bind_socket("127.0.0.1", 0, SOCK_DGRAM);
    ck_assert(bound.ok());
    ck_assert(kLoopbackRoute.apply(*bound).ok());
    return DatagramSocket(std::move(*bound));
}

}  // namespace rtspcore::test

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "net/socket.h"
#include "net/socket_address.h"

namespace rtspcore::net {

// How datagrams to multicast groups leave this host. A plain value.
struct MulticastRoute {
    std::string interface;    // its name; empty: the one that the routing table has for the group
    uint8_t ttl = 16;         // or IPv6 hop limit
    std::string own_address;  // numeric; empty: that of the interface

    // Of a socket that sends to `group`: `own_address` if that is of its family, else the unspecified one.
    [[nodiscard]] std::string local_address(const SocketAddress &group) const;
    // Sets interface, TTL and loop-back: viewers of this very host are served, too.
    [[nodiscard]] Result<void, SocketError> apply(const BoundSocket &socket) const;
    // The address that receivers of the group see the datagrams come from. Fails where none of the interfaces leads to
    // it, which in time may change.
    [[nodiscard]] Result<SocketAddress, SocketError> source_for(const SocketAddress &group) const;
    // 0: the routing table's. Fails when there is no interface of that name.
    [[nodiscard]] Result<unsigned, SocketError> interface_index() const;
};

}  // namespace rtspcore::net

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "net/socket_address.h"

namespace rtspcore::server {

// What is offered by multicast: groups from `ip_min` to `ip_max`, RTP ports from `port_min` to `port_max`, RTCP on the
// port after. A plain value.
struct MulticastConfig {
    bool enabled = false;
    std::string ip_min = "239.255.0.1";
    std::string ip_max = "239.255.255.254";
    uint16_t port_min = 5000;
    uint16_t port_max = 5010;
    uint8_t ttl = 16;       // 0: stays on this host
    std::string interface;  // by name; empty: the routing table's
};

enum class MulticastFault : uint8_t { IpMin, IpMax, PortMin, PortMax, Interface };

// Which part cannot be used; the message is what to do about it.
Result<void, MulticastFault> check(const MulticastConfig &config);
// The same for the group of one stream; `port` may be 0.
Result<void, MulticastFault> check_group(const std::string &address, unsigned port);

// RTP takes even ports (RFC 3550 section 11), unless a range has none.
uint16_t first_port(const MulticastConfig &config);

// Whether two streams of one group would meet: RTP of each goes to its port, RTCP to the next.
bool overlap(const net::SocketAddress &one, const net::SocketAddress &other);

}  // namespace rtspcore::server

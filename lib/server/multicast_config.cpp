// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/multicast_config.h"

#include <cstdlib>
#include <optional>

#include "net/multicast_route.h"

namespace rtspcore::server {

namespace {

constexpr const char *kUseGroup =
    "use a multicast address, 239.0.0.0 to 239.255.255.255 (232.0.0.0/8: source-specific) or ff00::/8 for example";

// Routers' and hosts' own (RFC 5771 section 4): 224.0.0.1 would reach everybody.
bool is_for_control(const net::SocketAddress &group) {
    return group.is_ipv4() && group.host().starts_with("224.0.0.");
}

std::optional<net::SocketAddress> parse_group(const std::string &text) {
    const auto group = net::SocketAddress::parse(text, 0);
    if (!group || !group->is_multicast() || is_for_control(*group))
        return std::nullopt;
    return group;
}

Failure<MulticastFault> fault(MulticastFault where, const std::string &fix) {
    return {where, fix};
}

Result<void, MulticastFault> check_addresses(const MulticastConfig &config) {
    const auto min = parse_group(config.ip_min);
    if (!min)
        return fault(MulticastFault::IpMin, kUseGroup);
    const auto max = parse_group(config.ip_max);
    if (!max)
        return fault(MulticastFault::IpMax, kUseGroup);
    if (min->is_ipv4() != max->is_ipv4())
        return fault(MulticastFault::IpMax, "it is of another family than multicast-ip-min=" + config.ip_min);
    if (*max < *min)
        return fault(MulticastFault::IpMax, "it is below multicast-ip-min=" + config.ip_min);
    return {};
}

}  // namespace

Result<void, MulticastFault> check(const MulticastConfig &config) {
    if (auto addresses = check_addresses(config); !addresses)
        return addresses;
    if (config.port_min == 0 || config.port_min == 65535)
        return fault(MulticastFault::PortMin, "use a port from 1 to 65534; RTCP takes the one after it");
    if (config.port_max == 65535)
        return fault(MulticastFault::PortMax, "use a port from 1 to 65534; RTCP takes the one after it");
    if (config.port_max < config.port_min)
        return fault(MulticastFault::PortMax, "it is below multicast-port-min=" + std::to_string(config.port_min));
    if (!net::MulticastRoute{.interface = config.interface}.interface_index())
        return fault(MulticastFault::Interface, "there is no such interface; `ip link` lists them");
    return {};
}

Result<void, MulticastFault> check_group(const std::string &address, unsigned port) {
    if (!parse_group(address))
        return fault(MulticastFault::IpMin, kUseGroup);
    if (port > 65534)
        return fault(MulticastFault::PortMin, "use a port from 1 to 65534; RTCP takes the one after it");
    return {};
}

uint16_t first_port(const MulticastConfig &config) {
    const uint32_t even = config.port_min + (config.port_min & 1u);
    return even <= config.port_max ? static_cast<uint16_t>(even) : config.port_min;
}

bool overlap(const net::SocketAddress &one, const net::SocketAddress &other) {
    return one.same_host(other) && std::abs(one.port() - other.port()) < 2;
}

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/multicast_route.h"

#include <net/if.h>

#include <cerrno>

namespace rtspcore::net {

namespace {

template <typename Value>
bool set(const BoundSocket &socket, int level, int option, const Value &value) {
    return setsockopt(socket.fd.get(), level, option, &value, sizeof value) == 0;
}

bool apply_ipv4(const BoundSocket &socket, unsigned interface, int ttl) {
    ip_mreqn out{};
    out.imr_ifindex = static_cast<int>(interface);
    return set(socket, IPPROTO_IP, IP_MULTICAST_IF, out) && set(socket, IPPROTO_IP, IP_MULTICAST_TTL, ttl) &&
           set(socket, IPPROTO_IP, IP_MULTICAST_LOOP, 1);
}

bool apply_ipv6(const BoundSocket &socket, unsigned interface, int hops) {
    return set(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(interface)) &&
           set(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops) && set(socket, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1);
}

}  // namespace

std::string MulticastRoute::local_address(const SocketAddress &group) const {
    const auto own = SocketAddress::parse(own_address, 0);
    const std::string any = group.is_ipv4() ? "0.0.0.0" : "::";
    return own && own->is_ipv4() == group.is_ipv4() ? own_address : any;
}

Result<unsigned, SocketError> MulticastRoute::interface_index() const {
    if (interface.empty())
        return 0u;
    if (const unsigned index = if_nametoindex(interface.c_str()); index != 0)
        return index;
    return socket_failure(errno, "interface '" + interface + "'");
}

Result<void, SocketError> MulticastRoute::apply(const BoundSocket &socket) const {
    const auto index = interface_index();
    if (!index)
        return index.error();
    const bool applied = socket.family == AF_INET ? apply_ipv4(socket, *index, ttl) : apply_ipv6(socket, *index, ttl);
    if (!applied)
        return socket_failure(errno, "multicast by interface '" + interface + "'");
    return {};
}

// A connected UDP socket sends nothing, but has been routed.
Result<SocketAddress, SocketError> MulticastRoute::source_for(const SocketAddress &group) const {
    const auto socket = bind_socket(local_address(group), 0, SOCK_DGRAM);
    if (!socket)
        return socket.error();
    if (const auto applied = apply(*socket); !applied)
        return applied.error();
    sockaddr_in6 raw;
    const socklen_t size = group.to_sockaddr(socket->family, raw);
    if (connect(socket->fd.get(), reinterpret_cast<const sockaddr *>(&raw), size) != 0)
        return socket_failure(errno, "no way to group " + group.host());
    sockaddr_storage local{};
    socklen_t local_size = sizeof local;
    getsockname(socket->fd.get(), reinterpret_cast<sockaddr *>(&local), &local_size);
    return SocketAddress::from(reinterpret_cast<const sockaddr *>(&local))->with_port(0);
}

}  // namespace rtspcore::net

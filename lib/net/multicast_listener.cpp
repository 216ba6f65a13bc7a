// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/multicast_listener.h"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <utility>

namespace rtspcore::net {

namespace {

constexpr int kDatagramsPerRound = 64;  // a flood shares the thread with the viewers

// Bound to the group itself, so that the kernel passes on nothing of other groups with the same port.
Result<BoundSocket, SocketError> bind_to(const SocketAddress &group, unsigned interface) {
    const int family = group.is_ipv4() ? AF_INET : AF_INET6;
    BoundSocket bound{UniqueFd(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), family, group.port()};
    if (!bound.fd)
        return socket_failure(errno, "socket");
    const int on = 1;
    setsockopt(bound.fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in6 raw;
    const socklen_t size = group.to_sockaddr(family, raw);
    if (family == AF_INET6)
        raw.sin6_scope_id = interface;  // groups of a link are on one link each
    if (::bind(bound.fd.get(), reinterpret_cast<const sockaddr *>(&raw), size) != 0)
        return socket_failure(errno, "bind to " + group.to_string());
    return bound;
}

bool join(const BoundSocket &socket, const SocketAddress &group, unsigned interface) {
    group_req request{};
    request.gr_interface = interface;
    sockaddr_in6 raw;
    const socklen_t size = group.to_sockaddr(socket.family, raw);
    std::copy_n(reinterpret_cast<const char *>(&raw), size, reinterpret_cast<char *>(&request.gr_group));
    const int level = socket.family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
    return setsockopt(socket.fd.get(), level, MCAST_JOIN_GROUP, &request, sizeof request) == 0;
}

}  // namespace

Result<std::unique_ptr<MulticastListener>, SocketError> MulticastListener::open(const SocketAddress &group,
                                                                                const MulticastRoute &route,
                                                                                EventLoop &loop, Heard heard) {
    const auto index = route.interface_index();
    if (!index)
        return index.error();
    auto socket = bind_to(group, *index);
    if (!socket)
        return socket.error();
    if (!join(*socket, group, *index))
        return socket_failure(errno, "join " + group.host());
    return std::unique_ptr<MulticastListener>(new MulticastListener(std::move(*socket), loop, std::move(heard)));
}

MulticastListener::MulticastListener(BoundSocket socket, EventLoop &loop, Heard heard)
    : socket_(std::move(socket)), loop_(loop), heard_(std::move(heard)) {
    loop_.watch(socket_.fd.get(), EPOLLIN, *this);
}

MulticastListener::~MulticastListener() {
    loop_.unwatch(socket_.fd.get(), *this);
}

void MulticastListener::on_ready(uint32_t) {
    std::array<uint8_t, 2048> buffer;
    for (int i = 0; i < kDatagramsPerRound; ++i) {
        sockaddr_storage raw{};
        socklen_t size = sizeof raw;
        const ssize_t got = recvfrom(socket_.fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT,
                                     reinterpret_cast<sockaddr *>(&raw), &size);
        if (got < 0)
            return;
        if (const auto from = SocketAddress::from(reinterpret_cast<sockaddr *>(&raw)))
            heard_(*from, {buffer.data(), static_cast<size_t>(got)});
    }
}

}  // namespace rtspcore::net

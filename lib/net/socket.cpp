// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/socket.h"

#include <cerrno>
#include <system_error>
#include <utility>

namespace rtspcore::net {

namespace {

constexpr int kBacklog = 4096;

SocketError code_of(int error) {
    switch (error) {
        case EADDRINUSE:
            return SocketError::InUse;
        case EACCES:
        case EPERM:
            return SocketError::Denied;
        case EADDRNOTAVAIL:
        case EAFNOSUPPORT:
            return SocketError::NotAvailable;
        default:
            return SocketError::System;
    }
}

Failure<SocketError> failure(int error) {
    return {code_of(error), std::generic_category().message(error)};
}

uint16_t local_port(int fd) {
    sockaddr_storage local{};
    socklen_t size = sizeof local;
    getsockname(fd, reinterpret_cast<sockaddr *>(&local), &size);
    const auto address = SocketAddress::from(reinterpret_cast<sockaddr *>(&local));
    return address ? address->port() : 0;
}

Result<BoundSocket, SocketError> bind_family(const SocketAddress &address, int family, int type) {
    BoundSocket bound{UniqueFd(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), family, 0};
    if (!bound.fd)
        return failure(errno);
    const int on = 1;
    const int off = 0;
    if (type == SOCK_STREAM)
        setsockopt(bound.fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6)
        setsockopt(bound.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    sockaddr_in6 raw;
    const socklen_t size = address.to_sockaddr(family, raw);
    if (::bind(bound.fd.get(), reinterpret_cast<const sockaddr *>(&raw), size) != 0)
        return failure(errno);
    bound.port = local_port(bound.fd.get());
    return bound;
}

}  // namespace

Result<BoundSocket, SocketError> bind_socket(const std::string &address, uint16_t port, int type) {
    if (!address.empty()) {
        const auto parsed = SocketAddress::parse(address, port);
        if (!parsed)
            return Failure{SocketError::BadAddress, "expected a numeric IPv4 or IPv6 address, got '" + address + "'"};
        return bind_family(*parsed, parsed->is_ipv4() ? AF_INET : AF_INET6, type);
    }
    auto both = bind_family(*SocketAddress::parse("::", port), AF_INET6, type);
    if (both || both.error().code != SocketError::NotAvailable)
        return both;
    return bind_family(*SocketAddress::parse("0.0.0.0", port), AF_INET, type);
}

Result<std::pair<UniqueFd, UniqueFd>, SocketError> loopback_pair() {
    const auto listening = listen_on("127.0.0.1", 0);
    if (!listening)
        return listening.error();
    auto connecting = bind_socket("127.0.0.1", 0, SOCK_STREAM);
    if (!connecting)
        return connecting.error();
    sockaddr_in6 raw;
    const socklen_t size = SocketAddress::parse("127.0.0.1", listening->port)->to_sockaddr(AF_INET, raw);
    // Over loopback a connection to a socket that listens stands at once.
    if (::connect(connecting->fd.get(), reinterpret_cast<const sockaddr *>(&raw), size) != 0 && errno != EINPROGRESS)
        return failure(errno);
    sockaddr_storage peer{};
    socklen_t peer_size = sizeof peer;
    UniqueFd accepted(
        ::accept4(listening->fd.get(), reinterpret_cast<sockaddr *>(&peer), &peer_size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!accepted)
        return failure(errno);
    // Another process could have been quicker.
    const auto from = SocketAddress::from(reinterpret_cast<sockaddr *>(&peer));
    if (!from || from->port() != connecting->port)
        return Failure{SocketError::System, std::string("somebody else connected first")};
    return std::pair(std::move(accepted), std::move(connecting->fd));
}

Result<BoundSocket, SocketError> listen_on(const std::string &address, uint16_t port) {
    auto bound = bind_socket(address, port, SOCK_STREAM);
    if (bound && ::listen(bound->fd.get(), kBacklog) != 0)
        return failure(errno);
    return bound;
}

}  // namespace rtspcore::net

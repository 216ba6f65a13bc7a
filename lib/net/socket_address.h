// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <netinet/in.h>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace rtspcore::net {

// An IPv4 or IPv6 address with a port. IPv4 is held as IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2), so that a peer is
// the same whichever kind of socket it was seen on. A plain value.
class SocketAddress {
public:
    SocketAddress() = default;
    // Nothing for other families.
    static std::optional<SocketAddress> from(const sockaddr *address);
    // A numeric address; names are not looked up.
    static std::optional<SocketAddress> parse(const std::string &numeric, uint16_t port);

    [[nodiscard]] uint16_t port() const { return port_; }
    [[nodiscard]] SocketAddress with_port(uint16_t port) const;
    [[nodiscard]] bool is_ipv4() const;
    // No address: what a default one is.
    [[nodiscard]] bool is_unspecified() const { return host_ == decltype(host_){}; }
    [[nodiscard]] bool same_host(const SocketAddress &other) const { return host_ == other.host_; }

    [[nodiscard]] bool is_multicast() const;
    // A group that receivers join for one source at a time: 232/8 and ff3x::/32 (RFC 4607 section 1).
    [[nodiscard]] bool is_source_specific() const;

    // For a socket of that family (AF_INET or AF_INET6); an IPv6 address has no form for an AF_INET socket and gives
    // size 0.
    [[nodiscard]] socklen_t to_sockaddr(int family, sockaddr_in6 &out) const;

    // "192.0.2.1:554", "[2001:db8::1]:554"; the host alone "192.0.2.1".
    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] std::string host() const;

    auto operator<=>(const SocketAddress &) const = default;

private:
    std::array<uint8_t, 16> host_{};
    uint32_t scope_ = 0;
    uint16_t port_ = 0;
};

}  // namespace rtspcore::net

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/socket_address.h"

namespace rtspcore::server::access {

// A range of addresses with a common prefix (RFC 4632): "192.0.2.0/24", "2001:db8::/32", or a single address. A plain
// value.
class Network {
public:
    static std::optional<Network> parse(std::string_view text);
    // Whom an address is counted as: itself, and for IPv6 its /64, as one host has all of that.
    static Network of_peer(const net::SocketAddress &peer);

    [[nodiscard]] bool contains(const net::SocketAddress &address) const;

    auto operator<=>(const Network &) const = default;

private:
    using Bytes = std::array<uint8_t, 16>;

    Network(const net::SocketAddress &address, unsigned prefix);
    static Bytes masked(const net::SocketAddress &address, unsigned prefix);

    Bytes bytes_{};
    unsigned prefix_ = 0;  // of 128 bits, also for IPv4
    bool ipv4_ = false;
};

enum class NetworkError : uint8_t { NoNetwork };

// "192.168.0.0/16,fe80::/10". Nothing for an empty text. The message of the error names the first part that is none.
Result<std::vector<Network>, NetworkError> parse_networks(std::string_view text);

[[nodiscard]] bool any_contains(const std::vector<Network> &networks, const net::SocketAddress &address);

}  // namespace rtspcore::server::access

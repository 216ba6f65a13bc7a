// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/network.h"

#include <algorithm>
#include <cstring>

#include "rtsp/ascii.h"

namespace rtspcore::server::access {

namespace {

constexpr unsigned kAllBits = 128;
constexpr unsigned kBitsBeforeIpv4 = 96;
constexpr unsigned kBitsOfOneHost = 64;

}  // namespace

Network::Bytes Network::masked(const net::SocketAddress &address, unsigned prefix) {
    sockaddr_in6 raw;
    (void)address.to_sockaddr(AF_INET6, raw);
    Bytes bytes{};
    std::memcpy(bytes.data(), &raw.sin6_addr, bytes.size());
    for (unsigned i = 0; i < bytes.size(); ++i) {
        const unsigned kept = std::min(8u, prefix - std::min(prefix, 8 * i));
        bytes[i] = static_cast<uint8_t>(bytes[i] & 0xff00u >> kept);
    }
    return bytes;
}

Network::Network(const net::SocketAddress &address, unsigned prefix)
    : bytes_(masked(address, prefix)), prefix_(prefix), ipv4_(address.is_ipv4() && prefix >= kBitsBeforeIpv4) {}

std::optional<Network> Network::parse(std::string_view text) {
    const size_t slash = std::min(text.find('/'), text.size());
    const std::string host(text.substr(0, slash));
    const auto address = net::SocketAddress::parse(host, 0);
    if (!address)
        return std::nullopt;
    const unsigned before = host.find(':') == std::string::npos ? kBitsBeforeIpv4 : 0;
    if (slash == text.size())
        return Network(*address, kAllBits);
    const auto prefix = rtsp::parse_number<unsigned>(text.substr(slash + 1));
    if (!prefix || *prefix > kAllBits - before)
        return std::nullopt;
    return Network(*address, before + *prefix);
}

Network Network::of_peer(const net::SocketAddress &peer) {
    return {peer, peer.is_ipv4() ? kAllBits : kBitsOfOneHost};
}

bool Network::contains(const net::SocketAddress &address) const {
    return address.is_ipv4() == ipv4_ && masked(address, prefix_) == bytes_;
}

Result<std::vector<Network>, NetworkError> parse_networks(std::string_view text) {
    std::vector<Network> networks;
    while (!text.empty()) {
        const size_t end = std::min(text.find(','), text.size());
        const std::string_view part = rtsp::trim(text.substr(0, end));
        const auto network = Network::parse(part);
        if (!network)
            return Failure{NetworkError::NoNetwork, std::string(part)};
        networks.push_back(*network);
        text.remove_prefix(std::min(text.size(), end + 1));
    }
    return networks;
}

bool any_contains(const std::vector<Network> &networks, const net::SocketAddress &address) {
    return std::any_of(networks.begin(), networks.end(),
                       [&](const Network &network) { return network.contains(address); });
}

}  // namespace rtspcore::server::access

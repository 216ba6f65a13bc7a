// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/socket_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace rtspcore::net {

namespace {

constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::optional<SocketAddress> SocketAddress::from(const sockaddr *address) {
    SocketAddress result;
    if (address->sa_family == AF_INET) {
        const auto *v4 = reinterpret_cast<const sockaddr_in *>(address);
        std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), result.host_.begin());
        std::memcpy(result.host_.data() + kMappedPrefix.size(), &v4->sin_addr, 4);
        result.port_ = ntohs(v4->sin_port);
        return result;
    }
    if (address->sa_family == AF_INET6) {
        const auto *v6 = reinterpret_cast<const sockaddr_in6 *>(address);
        std::memcpy(result.host_.data(), &v6->sin6_addr, 16);
        result.scope_ = v6->sin6_scope_id;
        result.port_ = ntohs(v6->sin6_port);
        return result;
    }
    return std::nullopt;
}

std::optional<SocketAddress> SocketAddress::parse(const std::string &numeric, uint16_t port) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    if (inet_pton(AF_INET, numeric.c_str(), &v4.sin_addr) == 1)
        return from(reinterpret_cast<const sockaddr *>(&v4));
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (inet_pton(AF_INET6, numeric.c_str(), &v6.sin6_addr) == 1)
        return from(reinterpret_cast<const sockaddr *>(&v6));
    return std::nullopt;
}

SocketAddress SocketAddress::with_port(uint16_t port) const {
    SocketAddress other = *this;
    other.port_ = port;
    return other;
}

bool SocketAddress::is_ipv4() const {
    return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), host_.begin());
}

bool SocketAddress::is_multicast() const {
    return is_ipv4() ? (host_[kMappedPrefix.size()] & 0xf0) == 0xe0 : host_[0] == 0xff;
}

bool SocketAddress::is_source_specific() const {
    if (is_ipv4())
        return host_[kMappedPrefix.size()] == 232;
    return host_[0] == 0xff && (host_[1] & 0xf0) == 0x30 && host_[2] == 0 && host_[3] == 0;
}

socklen_t SocketAddress::to_sockaddr(int family, sockaddr_in6 &out) const {
    std::memset(&out, 0, sizeof out);
    if (family == AF_INET6) {
        out.sin6_family = AF_INET6;
        out.sin6_port = htons(port_);
        out.sin6_scope_id = scope_;
        std::memcpy(&out.sin6_addr, host_.data(), 16);
        return sizeof(sockaddr_in6);
    }
    if (!is_ipv4())
        return 0;
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port_);
    std::memcpy(&v4.sin_addr, host_.data() + kMappedPrefix.size(), 4);
    std::memcpy(&out, &v4, sizeof v4);
    return sizeof v4;
}

std::string SocketAddress::host() const {
    char text[INET6_ADDRSTRLEN] = "";
    if (is_ipv4())
        inet_ntop(AF_INET, host_.data() + kMappedPrefix.size(), text, sizeof text);
    else
        inet_ntop(AF_INET6, host_.data(), text, sizeof text);
    return text;
}

std::string SocketAddress::to_string() const {
    const std::string port = ":" + std::to_string(port_);
    return is_ipv4() ? host() + port : "[" + host() + "]" + port;
}

}  // namespace rtspcore::net

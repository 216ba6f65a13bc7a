// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/proxy_protocol.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "rtsp/ascii.h"
#include "rtsp/connection_kind.h"

namespace rtspcore::rtsp {
namespace {

using Endpoint = ProxyHeader::Endpoint;
using Endpoints = ProxyHeader::Endpoints;

// Section 2.1: the longest line of version 1, with its end.
constexpr size_t kLongestLine = 107;

Failure<ProxyError> malformed(std::string message) {
    return {ProxyError::Malformed, "PROXY protocol: " + std::move(message)};
}

// Everything between single spaces, also nothing.
std::vector<std::string_view> split_at_spaces(std::string_view line) {
    std::vector<std::string_view> words;
    for (;;) {
        const size_t space = line.find(' ');
        words.push_back(line.substr(0, space));
        if (space == std::string_view::npos)
            return words;
        line.remove_prefix(space + 1);
    }
}

// 0 to 65535 without leading zeros.
std::optional<uint16_t> read_port(std::string_view word) {
    if (!is_number(word) || (word.size() > 1 && word.front() == '0'))
        return std::nullopt;
    return parse_number<uint16_t>(word);
}

std::optional<Endpoint> read_endpoint(int family, std::string_view host, std::string_view port) {
    std::array<uint8_t, sizeof(in6_addr)> address{};
    const auto number = read_port(port);
    // inet_pton() would take what stands before a NUL.
    if (!number || std::any_of(host.begin(), host.end(), is_control) ||
        inet_pton(family, std::string(host).c_str(), address.data()) != 1)
        return std::nullopt;
    return Endpoint{std::string(host), *number};
}

ProxyResult read_line(std::string_view line) {
    const size_t size = line.size() + 2;
    const auto words = split_at_spaces(line);
    if (words[1] == "UNKNOWN")  // whatever follows
        return ProxyHeader{std::nullopt, size};
    const bool is_ipv4 = words[1] == "TCP4";
    if (!is_ipv4 && words[1] != "TCP6")
        return malformed("expected TCP4, TCP6 or UNKNOWN, came something else");
    if (words.size() != 6)
        return malformed("expected PROXY, TCP4 or TCP6, two addresses and two ports, came " +
                         std::to_string(words.size()) + " words");
    const int family = is_ipv4 ? AF_INET : AF_INET6;
    auto source = read_endpoint(family, words[2], words[4]);
    auto destination = read_endpoint(family, words[3], words[5]);
    if (!source || !destination)
        return malformed(std::string("expected addresses of ") + (is_ipv4 ? "IPv4" : "IPv6") +
                         " and ports up to 65535, came something else");
    return ProxyHeader{Endpoints{*std::move(source), *std::move(destination)}, size};
}

ProxyResult read_version_1(std::string_view text) {
    const std::string_view head = text.substr(0, kLongestLine);
    const size_t end = head.find("\r\n");
    if (end != std::string_view::npos)
        return read_line(head.substr(0, end));
    if (head.size() == kLongestLine)
        return Failure{ProxyError::TooLong, std::string("PROXY protocol: expected a line of at most 107 bytes, came a "
                                                        "longer one")};
    return ProxyNeedsMore{};
}

// Section 2.2: signature, version and command, family and protocol, length.
constexpr size_t kHead = 16;
constexpr uint8_t kLocal = 0x20;
constexpr uint8_t kProxy = 0x21;
constexpr uint8_t kTcp4 = 0x11;
constexpr uint8_t kTcp6 = 0x21;

// A pair of addresses and a pair of ports, in network order.
struct AddressBlock {
    int family;
    size_t address_size;
    [[nodiscard]] size_t size() const { return 2 * (address_size + sizeof(uint16_t)); }

    [[nodiscard]] Endpoint endpoint(std::span<const uint8_t> block, size_t index) const {
        std::array<char, INET6_ADDRSTRLEN> text{};
        inet_ntop(family, block.subspan(index * address_size).data(), text.data(), text.size());
        const auto port = block.subspan(2 * address_size + index * sizeof(uint16_t));
        return {text.data(), static_cast<uint16_t>(port[0] << 8 | port[1])};
    }
};

ProxyResult read_addresses(const AddressBlock &form, std::span<const uint8_t> block) {
    if (block.size() < form.size())
        return malformed("expected " + std::to_string(form.size()) + " bytes of addresses, came " +
                         std::to_string(block.size()));
    return ProxyHeader{Endpoints{form.endpoint(block, 0), form.endpoint(block, 1)}, kHead + block.size()};
}

bool is_known_family(uint8_t family_and_protocol) {
    constexpr uint8_t kUnix = 3;
    constexpr uint8_t kDatagram = 2;
    return family_and_protocol >> 4 <= kUnix && (family_and_protocol & 0x0f) <= kDatagram;
}

ProxyResult read_version_2(std::span<const uint8_t> bytes) {
    if (bytes.size() < kHead)
        return ProxyNeedsMore{};
    const uint8_t command = bytes[12];
    const uint8_t family = bytes[13];
    const size_t length = static_cast<size_t>(bytes[14]) << 8 | bytes[15];
    if (command != kLocal && command != kProxy)
        return malformed("expected version 2 with LOCAL or PROXY, came another version or command");
    if (command == kProxy && !is_known_family(family))
        return malformed("expected an address family and protocol of version 2, came others");
    if (kHead + length > kLargestProxyHeader)
        return Failure{ProxyError::TooLong, "PROXY protocol: expected at most " + std::to_string(kLargestProxyHeader) +
                                                " bytes, came " + std::to_string(kHead + length)};
    if (bytes.size() < kHead + length)
        return ProxyNeedsMore{};
    const auto block = bytes.subspan(kHead, length);
    if (command == kProxy && family == kTcp4)
        return read_addresses({AF_INET, sizeof(in_addr)}, block);
    if (command == kProxy && family == kTcp6)
        return read_addresses({AF_INET6, sizeof(in6_addr)}, block);
    return ProxyHeader{std::nullopt, kHead + length};
}

}  // namespace

ProxyResult read_proxy_header(std::span<const uint8_t> bytes) {
    const std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    if (text.starts_with(kProxySignature1))
        return read_version_1(text);
    if (text.starts_with(kProxySignature2))
        return read_version_2(bytes);
    if (kProxySignature1.starts_with(text) || kProxySignature2.starts_with(text))
        return ProxyNeedsMore{};
    return Failure{ProxyError::NoSignature,
                   std::string("expected a PROXY protocol header from a trusted balancer, came something else; is it "
                               "set to send one?")};
}

}  // namespace rtspcore::rtsp

// SPDX-License-Identifier: LGPL-2.1-or-later
// The first bytes of a connection: what it is, and what a balancer says of it. More bytes never change what is known.
#include <arpa/inet.h>

#include <array>

#include "fuzz/require.h"
#include "rtsp/connection_kind.h"
#include "rtsp/proxy_protocol.h"

using namespace rtspcore;
using fuzz::require;
using rtsp::ConnectionKind;
using rtsp::ProxyHeader;
using rtsp::ProxyNeedsMore;

namespace {

void check_kind(std::span<const uint8_t> input) {
    const auto whole = rtsp::connection_kind(input);
    require(input.size() < rtsp::kConnectionLookAhead || whole != ConnectionKind::NeedMore, "looking ahead is bounded");
    for (size_t size = 0; size < input.size(); ++size) {
        const auto part = rtsp::connection_kind(input.first(size));
        require(part == ConnectionKind::NeedMore || part == whole, "more bytes do not change a kind");
    }
}

void check_endpoint(const ProxyHeader::Endpoint &endpoint) {
    std::array<uint8_t, sizeof(in6_addr)> address{};
    require(inet_pton(AF_INET, endpoint.host.c_str(), address.data()) == 1 ||
                inet_pton(AF_INET6, endpoint.host.c_str(), address.data()) == 1,
            "a host is a numeric address");
}

void check_proxy(std::span<const uint8_t> input) {
    const auto whole = rtsp::read_proxy_header(input);
    require(input.size() < rtsp::kLargestProxyHeader || !std::holds_alternative<ProxyNeedsMore>(whole),
            "a header is bounded");
    const auto *header = std::get_if<ProxyHeader>(&whole);
    for (size_t size = 0; size < input.size() && size <= rtsp::kLargestProxyHeader; ++size) {
        const auto part = rtsp::read_proxy_header(input.first(size));
        if (!std::holds_alternative<ProxyNeedsMore>(part))
            require(part.index() == whole.index(), "more bytes do not change a header");
        require(!header || (size < header->size) == std::holds_alternative<ProxyNeedsMore>(part),
                "a header is known with its last byte");
    }
    if (!header)
        return;
    require(header->size <= input.size() && header->size <= rtsp::kLargestProxyHeader, "a header ends in its bytes");
    require(rtsp::connection_kind(input) == ConnectionKind::Proxy, "a header is recognised");
    if (header->endpoints) {
        check_endpoint(header->endpoints->source);
        check_endpoint(header->endpoints->destination);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    check_kind({data, size});
    check_proxy({data, size});
    return 0;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "base/result.h"

namespace rtspcore::rtsp {

enum class ProxyError : uint8_t {
    NoSignature,
    Malformed,
    TooLong,
};

// What a balancer says before all else of the connection that it passes on (the PROXY protocol, versions 1 and 2, as
// HAProxy defines it). Believe it only from addresses that are trusted. A plain value.
struct ProxyHeader {
    struct Endpoint {
        std::string host;  // numeric: "192.0.2.1", "2001:db8::1"
        uint16_t port = 0;
        bool operator==(const Endpoint &) const = default;
    };
    struct Endpoints {
        Endpoint source;       // the client
        Endpoint destination;  // what it connected to
        bool operator==(const Endpoints &) const = default;
    };
    // Nothing when the addresses of the connection itself are to be used: the balancer speaks for itself (LOCAL, a
    // health check), or of something that is not TCP over IP (UNKNOWN).
    std::optional<Endpoints> endpoints;
    // How many bytes it was; what follows is the client's.
    size_t size = 0;
};

// No header is longer than that.
inline constexpr size_t kLargestProxyHeader = 16 + 1024;

struct ProxyNeedsMore {};
using ProxyResult = std::variant<ProxyNeedsMore, ProxyHeader, Failure<ProxyError>>;

// Reads the header at the beginning of a connection's bytes; call it with all of them again when more came. Total;
// pure. TLVs of version 2 are skipped.
ProxyResult read_proxy_header(std::span<const uint8_t> bytes);

}  // namespace rtspcore::rtsp

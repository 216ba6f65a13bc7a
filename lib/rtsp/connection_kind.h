// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rtspcore::rtsp {

// What comes over a connection to the one port, told by how it begins.
enum class ConnectionKind : uint8_t {
    NeedMore,  // what is there so far may be one or another
    Tls,       // a ClientHello (RFC 8446 section 5.1); what is inside begins anew
    Proxy,     // for read_proxy_header(); what follows it begins anew
    Http,      // for HttpRequestParser: a tunnel, a WebSocket, or somebody who errs
    Rtsp,      // everything else, also what is nothing: RTSP has an answer for that, too
};

// More bytes than these are never needed.
inline constexpr size_t kConnectionLookAhead = 12;

// A PROXY protocol header begins so, version 2 and 1.
inline constexpr std::string_view kProxySignature2{"\r\n\r\n\0\r\nQUIT\n", 12};
inline constexpr std::string_view kProxySignature1 = "PROXY ";

// Pure; takes nothing.
ConnectionKind connection_kind(std::span<const uint8_t> first_bytes);

}  // namespace rtspcore::rtsp

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rtsp/status.h"

namespace rtspcore::rtsp {

struct PortPair {
    uint16_t rtp = 0;
    uint16_t rtcp = 0;
    bool operator==(const PortPair &) const = default;
};

struct ChannelPair {
    uint8_t rtp = 0;
    uint8_t rtcp = 1;
    bool operator==(const ChannelPair &) const = default;
};

// One transport specification of a `Transport` header (RFC 2326 section 12.39).
struct TransportSpec {
    enum class Lower : uint8_t { Udp, Tcp, UdpMulticast };
    enum class Profile : uint8_t { Avp, Avpf, Savp, Savpf };

    Profile profile = Profile::Avp;
    Lower lower = Lower::Udp;
    bool record = false;  // mode=RECORD, which we refuse
    std::optional<PortPair> client_port;
    std::optional<PortPair> server_port;
    std::optional<PortPair> port;  // of a multicast group
    std::optional<uint8_t> ttl;
    std::optional<ChannelPair> interleaved;
    std::optional<uint32_t> ssrc;
    std::string destination;  // as written, of the characters of addresses and host names; untrusted
    std::string source;
    bool operator==(const TransportSpec &) const = default;
};

// All specifications that could be read, in the client's order of preference, multicast being the default of an RTP/AVP
// without `unicast` as the RFC has it, except that client_port without either word means unicast. Those of an unknown
// protocol, profile or syntax are left out: an empty list means that nothing was understood (461). Unknown parameters
// are skipped. No more than 16 are read. Fails (BadRequest) only for an empty header. Built on
// gst_rtsp_transport_parse().
Result<std::vector<TransportSpec>, Status> parse_transports(std::string_view header);

// "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=0000ABCD;mode=\"PLAY\"". An address that is none is left out.
std::string to_string(const TransportSpec &spec);

}  // namespace rtspcore::rtsp

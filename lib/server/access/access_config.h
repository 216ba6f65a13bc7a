// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rtsp/websocket_origins.h"
#include "server/access/network.h"
#include "server/access/users.h"

namespace rtspcore::server::access {

// Who may do what at a server. A plain value; by default everybody may view.
struct AccessConfig {
    std::string realm = "rtspsink";
    bool allow_basic = true;
    bool allow_digest = true;
    std::optional<Users> users;  // for all mappings that have none of their own
    std::string users_file;      // more of them, in the form of htdigest(1); empty: none
    std::chrono::seconds nonce_lifetime{300};
    std::vector<std::string> token_keys;  // of signed URLs; the keys are at least kShortestTokenKey long

    std::vector<Network> allow;  // empty: all
    std::vector<Network> deny;   // also of those that are allowed
    // Balancers, which say whose connection they pass on (the PROXY protocol). Only their headers are believed.
    std::vector<Network> trusted_proxies;
    rtsp::WebSocketOrigins websocket_origins;
    unsigned max_connections_per_host = 0;  // 0: any number
    unsigned max_strangers = 1000;          // connections that were not let in yet; then the oldest make room
    unsigned max_sessions = 0;              // 0: any number
    unsigned max_requests_a_second = 0;     // of a connection; 0: any number
    uint64_t max_bit_rate = 0;              // of all that is sent, in bits a second; 0: any
    std::chrono::milliseconds authorize_wait{5000};

    bool operator==(const AccessConfig &) const = default;
};

}  // namespace rtspcore::server::access

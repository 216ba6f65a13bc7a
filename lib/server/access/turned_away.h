// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

namespace rtspcore::server::access {

// Of a connection that ends before it may ask for anything, whether it came by itself or through a balancer. Immutable.
struct TurnedAway {
    const char *why;  // for the log
    // Who speaks RTSP learns why, whatever it was going to ask; for the rest it is an end like any other.
    std::string_view answer;
};

constexpr TurnedAway kAddressDenied{"its address is denied", "RTSP/1.0 403 Forbidden\r\nConnection: close\r\n\r\n"};
constexpr TurnedAway kTooManyConnections{"too many connections",
                                         "RTSP/1.0 503 Service Unavailable\r\nConnection: close\r\n\r\n"};

}  // namespace rtspcore::server::access

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "support/check_suite.h"
#include "support/live_server.h"

namespace rtspcore::test {

// A client that plays the first stream of /test over UDP.
struct UdpClient {
    explicit UdpClient(const LiveServer &live) : peer(live.connect()) {
        pairs.push_back(DatagramPair::open());
        session = set_up_udp(peer, pairs);
        ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(session)).status, 200);
    }

    RtspPeer peer;
    std::vector<DatagramPair> pairs;
    std::string session;
};

}  // namespace rtspcore::test

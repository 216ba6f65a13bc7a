// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rtp/big_endian.h"
#include "support/check_suite.h"
#include "support/group_member.h"
#include "support/live_server.h"

namespace rtspcore::test {

inline constexpr char kGroup[] = "239.255.77.1";
inline constexpr uint16_t kGroupPort = 16'000;
inline constexpr char kMulticast[] = "Transport: RTP/AVP;multicast\r\n";
inline constexpr uint8_t kGoodbye = 203;

inline server::ServerConfig multicast_config(unsigned threads = 1) {
    server::ServerConfig config = local_config();
    config.io_threads = threads;
    config.multicast = {.enabled = true,
                        .ip_min = kGroup,
                        .ip_max = "239.255.77.9",
                        .port_min = kGroupPort,
                        .port_max = kGroupPort + 10,
                        .ttl = 1,
                        .interface = "lo"};
    return config;
}

inline bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

// A client that has set up both streams by multicast.
struct MulticastClient {
    explicit MulticastClient(const LiveServer &live) : peer(live.connect()) {
        for (const char *stream : {"/test/stream=0", "/test/stream=1"}) {
            const auto answer = peer.request("SETUP", peer.uri(stream), kMulticast + session_header(session));
            ck_assert_int_eq(answer.status, 200);
            session = answer.session();
        }
    }
    RtspPeer::Response ask(const char *method) {
        return peer.request(method, peer.uri("/test"), session_header(session));
    }
    RtspPeer::Response play() {
        const auto answer = ask("PLAY");
        ck_assert_int_eq(answer.status, 200);
        return answer;
    }

    RtspPeer peer;
    std::string session;
};

// Who has joined the group, as a network would see it.
struct Network {
    DatagramSocket video = join_group(kGroup, kGroupPort);
    DatagramSocket video_rtcp = join_group(kGroup, kGroupPort + 1);
    DatagramSocket audio = join_group(kGroup, kGroupPort + 2);

    uint16_t next_video() { return sequence_of(video); }
    static uint16_t sequence_of(DatagramSocket &socket) {
        const auto datagram = socket.receive();
        ck_assert_msg(datagram.has_value(), "nothing comes");
        return rtp::load_u16(datagram->bytes, 2);
    }
    // Until then whatever comes is passed over.
    bool says_goodbye() {
        while (const auto datagram = video_rtcp.receive())
            if (type_at_end(datagram->bytes) == kGoodbye)
                return true;
        return false;
    }
    static uint8_t type_at_end(const std::vector<uint8_t> &compound) {
        uint8_t type = 0;
        for (size_t at = 0; at + 4 <= compound.size(); at += 4 * (rtp::load_u16(compound, at + 2) + 1u))
            type = compound[at + 1];
        return type;
    }
};

}  // namespace rtspcore::test

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "server/access/users.h"
#include "support/check_suite.h"
#include "support/live_server.h"

namespace rtspcore::test {

// "user:pass"; "user:wrong"; "none:pass"
inline constexpr const char *kRight = "Authorization: Basic dXNlcjpwYXNz\r\n";
inline constexpr const char *kWrong = "Authorization: Basic dXNlcjp3cm9uZw==\r\n";
inline constexpr const char *kNobody = "Authorization: Basic bm9uZTpwYXNz\r\n";

inline const std::string kTransport = "Transport: RTP/AVP/TCP;interleaved=0-1\r\n";

inline server::access::Users users(const std::string &list) {
    return server::access::Users::from_list(list, "rtspsink")->users;
}

// Of a server that asks who it is.
inline server::ServerConfig locked_config() {
    auto config = local_config();
    config.access.users = users("user:pass,other:word");
    return config;
}

inline int describe(RtspPeer &peer, const std::string &headers, const std::string &path = "/test") {
    return peer.request("DESCRIBE", peer.uri(path), headers).status;
}

// The session of the first stream of /test.
inline std::string set_up(RtspPeer &peer, const std::string &headers) {
    const auto answer = peer.request("SETUP", peer.uri("/test/stream=0"), kTransport + headers);
    ck_assert_int_eq(answer.status, 200);
    return answer.session();
}

}  // namespace rtspcore::test

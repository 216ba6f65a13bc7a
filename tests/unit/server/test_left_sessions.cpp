// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>
#include <vector>

#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/live_server.h"
#include "support/udp_client.h"

using namespace rtspcore;
using test::DatagramPair;
using test::eventually;
using test::LiveServer;
using test::RtspPeer;
using test::session_header;
using test::UdpClient;

namespace {}  // namespace

// Whichever thread its sessions come to: the other connections see to it that they are not all on one.
START_TEST(test_client_that_comes_back_with_its_ports_gets_one_copy) {
    for (const unsigned threads : {1u, 3u}) {
        LiveServer live(test::local_config(threads));
        live.gop();
        std::vector<DatagramPair> pairs;
        pairs.push_back(DatagramPair::open());
        std::vector<RtspPeer> others;
        std::string session;
        for (unsigned i = 0; i < 4; ++i) {
            RtspPeer peer = live.connect();
            session = test::set_up_udp(peer, pairs);
            ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(session)).status, 200);
            peer.close();
            ck_assert(eventually([&] { return live.server->statistics().connections == i; }));
            others.push_back(live.connect());
            ck_assert_int_eq(others.back().request("OPTIONS", "*").status, 200);
        }
        ck_assert(eventually([&] { return live.server->statistics().sessions == 1; }));
        RtspPeer later = live.connect();
        ck_assert_int_eq(later.request("GET_PARAMETER", later.uri("/test"), session_header(session)).status, 200);
    }
}
END_TEST

START_TEST(test_nobody_ends_a_session_whose_client_is_there_by_its_ports) {
    for (const unsigned threads : {1u, 2u}) {
        LiveServer live(test::local_config(threads));
        live.gop();
        UdpClient client(live);
        RtspPeer stranger = live.connect();
        const auto setup =
            stranger.request("SETUP", stranger.uri("/test/stream=0"), test::udp_transport(client.pairs[0].rtp.port()));
        ck_assert_int_eq(setup.status, 200);
        const std::string header = session_header(client.session);
        ck_assert_int_eq(client.peer.request("GET_PARAMETER", client.peer.uri("/test"), header).status, 200);
        ck_assert_uint_eq(live.server->statistics().sessions, 2);
    }
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("left_sessions", {test_client_that_comes_back_with_its_ports_gets_one_copy,
                                             test_nobody_ends_a_session_whose_client_is_there_by_its_ports});
}

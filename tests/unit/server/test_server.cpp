// SPDX-License-Identifier: LGPL-2.1-or-later
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "net/socket.h"
#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/live_server.h"

using namespace rtspcore;
using test::DatagramPair;
using test::eventually;
using test::LiveServer;
using test::RtspPeer;
using test::session_header;

namespace {}  // namespace

START_TEST(test_server_takes_a_free_port_and_gives_it_back) {
    auto opened = server::Server::open(test::local_config());
    ck_assert(opened.ok());
    const uint16_t port = (*opened)->port();
    ck_assert_uint_ne(port, 0);
    ck_assert(!net::listen_on("127.0.0.1", port).ok());
    opened->reset();
    ck_assert(net::listen_on("127.0.0.1", port).ok());
}
END_TEST

START_TEST(test_server_small_udp_range_makes_fewer_threads) {
    uint16_t port = 0;
    {
        const auto pair = DatagramPair::open();
        port = pair.rtp.port();
    }
    auto config = test::local_config(4);
    config.udp_ports = {port, static_cast<uint16_t>(port + 1)};
    const LiveServer live(config);
    ck_assert(live.server->has_thread(0) && !live.server->has_thread(1));
    RtspPeer peer = live.connect();
    const auto setup = peer.request("SETUP", peer.uri("/test/stream=0"), test::udp_transport(5000));
    const std::string ports = "server_port=" + std::to_string(port) + "-" + std::to_string(port + 1);
    ck_assert_msg(setup.header("transport").find(ports) != std::string::npos, "%s", setup.header("transport").c_str());
}
END_TEST

START_TEST(test_server_stop_ends_everybody_in_every_state) {
    media::MountConfig mount;
    mount.start_mode = media::StartMode::KeyFrame;
    LiveServer live(test::local_config(2), mount);
    live.gop();
    const uint16_t port = live.port();
    RtspPeer silent = live.connect();
    RtspPeer has_set_up = live.connect();
    test::set_up_tcp(has_set_up);
    RtspPeer waits_for_mount = live.connect();
    live.server->mounts().set_undecided_pads(&mount, 1);
    waits_for_mount.send_request("DESCRIBE", waits_for_mount.uri("/late"));
    RtspPeer over_tcp = live.connect();
    const std::string session = test::set_up_tcp(over_tcp);
    over_tcp.send_request("PLAY", over_tcp.uri("/test"), session_header(session));
    RtspPeer over_udp = live.connect();
    std::vector<DatagramPair> pairs;
    pairs.push_back(DatagramPair::open());
    const std::string udp_session = test::set_up_udp(over_udp, pairs);
    over_udp.send_request("PLAY", over_udp.uri("/test"), session_header(udp_session));
    ck_assert(eventually([&] { return live.mount->statistics().viewers == 2; }));
    live.gop();
    ck_assert_int_eq(over_tcp.response().status, 200);
    ck_assert_int_eq(over_udp.response().status, 200);
    RtspPeer waits_for_key = live.connect();
    const std::string waiting = test::set_up_tcp(waits_for_key);
    waits_for_key.send_request("PLAY", waits_for_key.uri("/test"), session_header(waiting));
    ck_assert(eventually([&] { return live.mount->statistics().viewers == 3; }));

    live.server.reset();
    ck_assert(net::listen_on("127.0.0.1", port).ok());
    ck_assert_uint_eq(live.mount->statistics().viewers, 0);
    for (RtspPeer *peer : {&silent, &has_set_up, &waits_for_mount, &over_tcp, &over_udp, &waits_for_key})
        ck_assert(peer->is_closed_by_server());
    live.gop();
}
END_TEST

START_TEST(test_server_stop_says_goodbye) {
    constexpr uint8_t kGoodbye = 203;
    const auto ends_with_goodbye = [](const std::vector<uint8_t> &compound) {
        return compound.size() > 8 && compound[compound.size() - 7] == kGoodbye;
    };
    LiveServer live(test::local_config(1));
    live.gop();
    RtspPeer over_tcp = live.connect();
    test::play_tcp(over_tcp, 1);
    RtspPeer over_udp = live.connect();
    std::vector<DatagramPair> pairs;
    pairs.push_back(DatagramPair::open());
    const std::string session = test::set_up_udp(over_udp, pairs);
    ck_assert_int_eq(over_udp.request("PLAY", over_udp.uri("/test"), session_header(session)).status, 200);
    live.server.reset();

    ck_assert(over_tcp.is_closed_by_server());
    bool tcp_goodbye = false;
    while (const auto frame = over_tcp.frame())
        tcp_goodbye = frame->is_rtcp() && ends_with_goodbye(frame->bytes);
    ck_assert(tcp_goodbye);
    bool udp_goodbye = false;
    while (const auto datagram = pairs[0].rtcp.receive(0))
        udp_goodbye = ends_with_goodbye(datagram->bytes);
    ck_assert(udp_goodbye);
}
END_TEST

START_TEST(test_server_stops_while_others_publish_connect_and_change_what_is_served) {
    for (int round = 0; round < 10; ++round) {
        LiveServer live(test::local_config(2));
        live.gop();
        std::atomic<bool> done{false};
        std::thread publisher([&] {
            while (!done)
                live.gop(2);
        });
        std::thread clients([&live] {
            for (int i = 0; i < 5; ++i) {
                RtspPeer peer = live.connect();
                const std::string session = test::play_tcp(peer);
                peer.frame();
                if (i % 2 == 0)
                    peer.request("TEARDOWN", peer.uri("/test"), session_header(session));
            }
        });
        clients.join();
        std::vector<RtspPeer> stay;
        for (int i = 0; i < 4; ++i) {
            stay.push_back(live.connect());
            stay.back().send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
        }
        live.server->mounts().remove_all(&live);
        live.server.reset();
        done = true;
        publisher.join();
    }
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("server", {
                                         test_server_takes_a_free_port_and_gives_it_back,
                                         test_server_small_udp_range_makes_fewer_threads,
                                         test_server_stop_ends_everybody_in_every_state,
                                         test_server_stop_says_goodbye,
                                         test_server_stops_while_others_publish_connect_and_change_what_is_served,
                                     });
}

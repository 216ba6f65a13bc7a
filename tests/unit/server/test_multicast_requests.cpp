// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "support/check_suite.h"
#include "support/multicast_server.h"

using namespace rtspcore;
using test::has;
using test::kGroup;
using test::kGroupPort;
using test::kMulticast;
using test::LiveServer;
using test::multicast_config;
using test::RtspPeer;
using test::session_header;

START_TEST(test_setup_answers_with_the_servers_group_whatever_the_client_wished) {
    LiveServer live(multicast_config());
    for (const char *offer :
         {"RTP/AVP;multicast", "RTP/AVP", "RTP/AVPF;multicast",
          "RTP/AVP;multicast;destination=239.1.1.1;port=7000-7001;ttl=255", "RTP/AVP;multicast;client_port=5000-5001",
          "RTP/AVP;multicast;destination=239.255.77.1;port=16000-16001;ttl=1"}) {
        RtspPeer peer = live.connect();
        const auto answer =
            peer.request("SETUP", peer.uri("/test/stream=0"), "Transport: " + std::string(offer) + "\r\n");
        ck_assert_msg(answer.status == 200, "%s: %d", offer, answer.status);
        ck_assert_msg(
            has(answer.header("transport"), ";multicast;destination=239.255.77.1;port=16000-16001;ttl=1;mode="),
            "%s: %s", offer, answer.header("transport").c_str());
    }
}
END_TEST

START_TEST(test_setup_gives_each_stream_ports_of_its_own) {
    LiveServer live(multicast_config());
    RtspPeer peer = live.connect();
    const auto video = peer.request("SETUP", peer.uri("/test/stream=0"), kMulticast);
    const auto audio = peer.request("SETUP", peer.uri("/test/stream=1"), kMulticast + session_header(video.session()));
    ck_assert_msg(has(audio.header("transport"), "destination=239.255.77.1;port=16002-16003;"), "%s",
                  audio.header("transport").c_str());
}
END_TEST

START_TEST(test_setup_keeps_to_one_lower_transport) {
    LiveServer live(multicast_config());
    RtspPeer peer = live.connect();
    const auto video = peer.request("SETUP", peer.uri("/test/stream=0"), kMulticast);
    const std::string header = session_header(video.session());
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=1"), test::udp_transport(5000) + header).status, 461);
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=1"), kMulticast + header).status, 200);
}
END_TEST

START_TEST(test_setup_without_a_group_left_is_461_and_goes_on_to_the_next_transport) {
    auto config = multicast_config();
    config.multicast.ip_max = kGroup;
    config.multicast.port_max = kGroupPort;
    LiveServer live(config);
    RtspPeer peer = live.connect();
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=0"), kMulticast).status, 200);
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=1"), kMulticast).status, 461);
    const auto next =
        peer.request("SETUP", peer.uri("/test/stream=1"), "Transport: RTP/AVP;multicast,RTP/AVP/TCP;unicast\r\n");
    ck_assert_int_eq(next.status, 200);
    ck_assert_msg(has(next.header("transport"), "RTP/AVP/TCP"), "%s", next.header("transport").c_str());
}
END_TEST

START_TEST(test_setup_of_what_protocols_leaves_out_is_461) {
    auto config = multicast_config();
    config.allow_tcp = config.allow_udp = false;
    LiveServer live(config);
    RtspPeer peer = live.connect();
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=0"), test::tcp_transport(0)).status, 461);
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=0"), test::udp_transport(5000)).status, 461);
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=0"), kMulticast).status, 200);
}
END_TEST

START_TEST(test_description_of_source_specific_groups_tells_their_source) {
    auto config = multicast_config();
    config.multicast.ip_min = config.multicast.ip_max = "232.255.77.1";
    LiveServer live(config);
    RtspPeer peer = live.connect();
    const std::string sdp = peer.request("DESCRIBE", peer.uri("/test")).body;
    ck_assert_msg(has(sdp, "a=source-filter: incl IN IP4 * 127.0.0.1\r\n"), "%s", sdp.c_str());
    ck_assert_msg(!has(sdp, "232.255.77.1"), "%s", sdp.c_str());
    const auto answer = peer.request("SETUP", peer.uri("/test/stream=0"), kMulticast);
    ck_assert_msg(has(answer.header("transport"), "destination=232.255.77.1;source=127.0.0.1;"), "%s",
                  answer.header("transport").c_str());
}
END_TEST

START_TEST(test_description_names_groups_when_there_is_nothing_else) {
    auto config = multicast_config();
    config.allow_tcp = config.allow_udp = false;
    config.multicast.ip_min = config.multicast.ip_max = "232.255.77.1";
    LiveServer live(config);
    RtspPeer peer = live.connect();
    const std::string sdp = peer.request("DESCRIBE", peer.uri("/test")).body;
    ck_assert_msg(has(sdp, "\r\nc=IN IP4 232.255.77.1/1\r\n"), "%s", sdp.c_str());
    ck_assert_msg(has(sdp, "a=source-filter: incl IN IP4 232.255.77.1 127.0.0.1\r\n"), "%s", sdp.c_str());
}
END_TEST

START_TEST(test_description_tells_no_group_of_those_that_anybody_may_send_to) {
    LiveServer live(multicast_config());
    RtspPeer peer = live.connect();
    const std::string sdp = peer.request("DESCRIBE", peer.uri("/test")).body;
    ck_assert_msg(!has(sdp, "239."), "%s", sdp.c_str());
    ck_assert_msg(!has(sdp, "source-filter"), "%s", sdp.c_str());
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "multicast_requests",
        {test_setup_answers_with_the_servers_group_whatever_the_client_wished,
         test_setup_gives_each_stream_ports_of_its_own, test_setup_keeps_to_one_lower_transport,
         test_setup_without_a_group_left_is_461_and_goes_on_to_the_next_transport,
         test_setup_of_what_protocols_leaves_out_is_461, test_description_of_source_specific_groups_tells_their_source,
         test_description_names_groups_when_there_is_nothing_else,
         test_description_tells_no_group_of_those_that_anybody_may_send_to});
}

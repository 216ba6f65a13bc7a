// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "rtp/big_endian.h"
#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/deadline.h"
#include "support/group_member.h"
#include "support/live_server.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using test::assert_text;
using test::eventually;
using test::LiveServer;
using test::RtspPeer;
using test::session_header;

namespace {

constexpr char kGroup[] = "239.255.77.1";
constexpr uint16_t kPort = 46'000;
constexpr char kMulticast[] = "Transport: RTP/AVP;multicast\r\n";
constexpr uint8_t kGoodbye = 203;

server::ServerConfig multicast_config(unsigned threads = 1) {
    server::ServerConfig config = test::local_config();
    config.io_threads = threads;
    config.multicast = {.enabled = true,
                        .ip_min = kGroup,
                        .ip_max = "239.255.77.9",
                        .port_min = kPort,
                        .port_max = kPort + 10,
                        .ttl = 1,
                        .interface = "lo"};
    return config;
}

bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

// A client that has set up both streams by multicast.
struct Client {
    explicit Client(const LiveServer &live) : peer(live.connect()) {
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
    test::DatagramSocket video = test::join_group(kGroup, kPort);
    test::DatagramSocket video_rtcp = test::join_group(kGroup, kPort + 1);
    test::DatagramSocket audio = test::join_group(kGroup, kPort + 2);

    uint16_t next_video() { return sequence_of(video); }
    static uint16_t sequence_of(test::DatagramSocket &socket) {
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

// Of video.
std::string seq_of(const RtspPeer::Response &answer) {
    const std::string info = answer.header("rtp-info");
    const size_t begin = info.find("seq=");
    ck_assert_msg(begin != std::string::npos, "no RTP-Info: %s", info.c_str());
    return info.substr(begin + 4, info.find_first_of(";,", begin) - begin - 4);
}

// With the SSRC of the video stream.
std::vector<uint8_t> sender_report() {
    std::vector<uint8_t> report{0x80, 200, 0, 6, 0x5e, 0xad, 0, 0};
    report.resize(28);
    return report;
}

std::vector<uint8_t> receiver_report() {
    return {0x81, 201, 0, 7, 0, 0, 0, 9, 0x5e, 0xad, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
}

}  // namespace

START_TEST(test_setup_answers_with_the_servers_group_whatever_the_client_wished) {
    LiveServer live(multicast_config());
    for (const char *offer :
         {"RTP/AVP;multicast", "RTP/AVP", "RTP/AVPF;multicast",
          "RTP/AVP;multicast;destination=239.1.1.1;port=7000-7001;ttl=255", "RTP/AVP;multicast;client_port=5000-5001",
          "RTP/AVP;multicast;destination=239.255.77.1;port=46000-46001;ttl=1"}) {
        RtspPeer peer = live.connect();
        const auto answer =
            peer.request("SETUP", peer.uri("/test/stream=0"), "Transport: " + std::string(offer) + "\r\n");
        ck_assert_msg(answer.status == 200, "%s: %d", offer, answer.status);
        ck_assert_msg(
            has(answer.header("transport"), ";multicast;destination=239.255.77.1;port=46000-46001;ttl=1;mode="),
            "%s: %s", offer, answer.header("transport").c_str());
    }
}
END_TEST

START_TEST(test_setup_gives_each_stream_ports_of_its_own) {
    LiveServer live(multicast_config());
    RtspPeer peer = live.connect();
    const auto video = peer.request("SETUP", peer.uri("/test/stream=0"), kMulticast);
    const auto audio = peer.request("SETUP", peer.uri("/test/stream=1"), kMulticast + session_header(video.session()));
    ck_assert_msg(has(audio.header("transport"), "destination=239.255.77.1;port=46002-46003;"), "%s",
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
    config.multicast.port_max = kPort;
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

START_TEST(test_play_sends_from_a_key_unit_on_what_rtp_info_says) {
    LiveServer live(multicast_config());
    Network network;
    live.gop();
    const unsigned key = 65'500;
    Client client(live);
    ck_assert(network.video.is_empty());
    const auto answer = client.play();
    assert_text(seq_of(answer), std::to_string(key).c_str());
    for (unsigned i = 0; i < 8; ++i)
        ck_assert_uint_eq(network.next_video(), (key + i) & 0xffff);
    const auto report = network.video_rtcp.receive();
    ck_assert(report && report->bytes[1] == 200);
    ck_assert(network.audio.receive().has_value());
}
END_TEST

START_TEST(test_play_waits_for_the_first_unit_of_a_stream_that_has_none_yet) {
    LiveServer live(multicast_config());
    Network network;
    Client client(live);
    client.peer.send_request("PLAY", client.peer.uri("/test"), session_header(client.session));
    ck_assert(eventually([&] { return live.key_requests() > 0; }));
    live.key_unit();
    const auto answer = client.peer.response();
    ck_assert_int_eq(answer.status, 200);
    assert_text(seq_of(answer), std::to_string(network.next_video()).c_str());
}
END_TEST

START_TEST(test_who_joins_a_running_group_is_told_what_comes_next) {
    LiveServer live(multicast_config());
    Network network;
    live.key_unit();
    Client first(live);
    first.play();
    live.picture();
    (void)network.next_video();
    (void)network.next_video();
    Client second(live);
    const auto answer = second.play();
    live.picture();
    assert_text(seq_of(answer), std::to_string(network.next_video()).c_str());
}
END_TEST

START_TEST(test_group_is_sent_once_whichever_threads_its_sessions_are_on) {
    LiveServer live(multicast_config(3));
    Network network;
    live.key_unit();
    std::vector<Client> clients;
    for (int i = 0; i < 6; ++i) {
        clients.emplace_back(live);
        clients.back().play();
    }
    ck_assert(clients[0].session.substr(0, 2) != clients[1].session.substr(0, 2));
    ck_assert_uint_eq(live.mount->statistics().viewers.load(), 6);
    uint16_t sequence = network.next_video();
    for (int i = 0; i < 50; ++i) {
        live.picture();
        ck_assert_uint_eq(network.next_video(), ++sequence);
    }
    ck_assert(network.video.is_empty());
}
END_TEST

START_TEST(test_group_stops_with_its_last_session) {
    LiveServer live(multicast_config(2));
    Network network;
    live.key_unit();
    Client first(live);
    Client second(live);
    first.play();
    second.play();
    (void)network.next_video();
    ck_assert_int_eq(first.ask("TEARDOWN").status, 200);
    live.picture();
    (void)network.next_video();
    ck_assert_int_eq(second.ask("TEARDOWN").status, 200);
    ck_assert(network.says_goodbye());
    live.picture();
    // What nobody gets is not taken from the ring: a unicast viewer has it, the group does not.
    RtspPeer other = live.connect();
    test::play_tcp(other);
    ck_assert(other.frame().has_value());
    ck_assert(network.video.is_empty());
    ck_assert(eventually([&] { return live.mount->statistics().viewers.load() == 1; }));
}
END_TEST

START_TEST(test_pause_of_the_last_session_stops_the_group_and_play_begins_at_a_key_unit_again) {
    LiveServer live(multicast_config());
    Network network;
    live.key_unit();
    Client client(live);
    client.play();
    (void)network.next_video();
    ck_assert_int_eq(client.ask("PAUSE").status, 200);
    ck_assert(network.says_goodbye());
    live.picture();
    live.key_unit();
    const auto key = live.newest_video()->properties().first_sequence & 0xffff;
    const auto answer = client.play();
    assert_text(seq_of(answer), std::to_string(key).c_str());
    ck_assert_uint_eq(network.next_video(), key);
}
END_TEST

START_TEST(test_play_is_answered_again_while_playing) {
    LiveServer live(multicast_config());
    live.key_unit();
    Client client(live);
    const auto first = client.play();
    assert_text(seq_of(client.play()), seq_of(first).c_str());
}
END_TEST

START_TEST(test_session_without_a_sign_of_life_times_out_and_its_group_stops) {
    auto config = multicast_config(2);
    config.session_timeout = 1s;
    LiveServer live(config);
    Network network;
    live.key_unit();
    Client client(live);
    client.play();
    client.peer.close();
    ck_assert(network.says_goodbye());
    ck_assert(eventually([&] { return live.server->statistics().sessions.load() == 0; }));
}
END_TEST

START_TEST(test_reports_to_the_group_keep_the_sessions_of_their_host_alive) {
    auto config = multicast_config(2);
    config.session_timeout = 1s;
    LiveServer live(config);
    live.key_unit();
    Client client(live);
    client.play();
    client.peer.close();
    const test::DatagramSocket reporter = test::loopback_sender();
    const auto until = std::chrono::steady_clock::now() + 3500ms;
    ck_assert(eventually([&] {
        reporter.send(*net::SocketAddress::parse(kGroup, kPort + 1), receiver_report());
        return std::chrono::steady_clock::now() > until;
    }));
    ck_assert_uint_eq(live.server->statistics().sessions.load(), 1);
    ck_assert_uint_eq(live.mount->statistics().packets_lost.load(), 5);
    ck_assert(eventually([&] { return live.server->statistics().sessions.load() == 0; }));
}
END_TEST

START_TEST(test_what_the_group_sends_itself_keeps_nobody_alive) {
    auto config = multicast_config();
    config.session_timeout = 1s;
    LiveServer live(config);
    live.key_unit();
    Client client(live);
    client.play();
    client.peer.close();
    // Our own come back every five seconds, and from the host of this viewer; these come more often.
    const test::DatagramSocket echo = test::loopback_sender();
    ck_assert(eventually([&] {
        echo.send(*net::SocketAddress::parse(kGroup, kPort + 1), sender_report());
        return live.server->statistics().sessions.load() == 0;
    }));
}
END_TEST

START_TEST(test_garbage_sent_to_the_group_is_counted_and_does_nothing) {
    LiveServer live(multicast_config());
    Network network;
    live.key_unit();
    Client client(live);
    client.play();
    (void)network.next_video();
    const test::DatagramSocket stranger = test::loopback_sender();
    const auto to = *net::SocketAddress::parse(kGroup, kPort + 1);
    for (const std::vector<uint8_t> &bytes :
         {std::vector<uint8_t>{1}, std::vector<uint8_t>(1500, 0xff), std::vector<uint8_t>{0x81, 201, 0xff, 0xff}})
        stranger.send(to, bytes);
    ck_assert(eventually([&] { return live.server->statistics().rtcp_dropped.load() == 3; }));
    live.picture();
    (void)network.next_video();
}
END_TEST

START_TEST(test_end_of_the_mount_is_told_to_the_group_and_ends_its_sessions) {
    LiveServer live(multicast_config(2));
    Network network;
    live.key_unit();
    Client first(live);
    Client second(live);
    first.play();
    second.play();
    live.server->mounts().remove(&live, "/test");
    ck_assert(network.says_goodbye());
    ck_assert(eventually([&] { return live.server->statistics().sessions.load() == 0; }));
    ck_assert_int_eq(first.ask("GET_PARAMETER").status, 454);
}
END_TEST

START_TEST(test_end_of_the_server_is_told_to_the_group) {
    Network network;
    {
        LiveServer live(multicast_config(3));
        live.key_unit();
        Client client(live);
        client.play();
        (void)network.next_video();
    }
    ck_assert(network.says_goodbye());
}
END_TEST

START_TEST(test_client_that_leaves_before_play_is_answered_leaves_no_group) {
    LiveServer live(multicast_config(2));
    Network network;
    for (int i = 0; i < 20; ++i) {
        Client client(live);
        client.peer.send_request("PLAY", client.peer.uri("/test"), session_header(client.session));
        ck_assert(eventually([&] { return live.mount->statistics().viewers.load() == 1; }));
        client.peer.close();
        ck_assert(eventually([&] { return live.mount->statistics().viewers.load() == 0; }));
    }
    live.key_unit();
    RtspPeer other = live.connect();
    test::play_tcp(other);
    ck_assert(other.frame().has_value());
    ck_assert(network.video.is_empty());
}
END_TEST

START_TEST(test_teardown_of_one_stream_leaves_the_session_its_other) {
    LiveServer live(multicast_config());
    Network network;
    live.key_unit();
    Client client(live);
    client.play();
    const auto answer =
        client.peer.request("TEARDOWN", client.peer.uri("/test/stream=1"), session_header(client.session));
    ck_assert_int_eq(answer.status, 200);
    live.picture();
    (void)network.next_video();
    (void)network.next_video();
    ck_assert_int_eq(client.ask("TEARDOWN").status, 200);
    ck_assert(network.says_goodbye());
}
END_TEST

START_TEST(test_track_that_comes_later_is_sent_to_who_sets_it_up) {
    LiveServer live(multicast_config());
    Network network;
    test::DatagramSocket late = test::join_group(kGroup, kPort + 4);
    live.key_unit();
    Client first(live);
    first.play();
    const auto track = live.mount->add_track(test::audio_config());
    RtspPeer peer = live.connect();
    const auto setup = peer.request("SETUP", peer.uri("/test/stream=2"), kMulticast);
    ck_assert_msg(has(setup.header("transport"), "port=46004-46005"), "%s", setup.header("transport").c_str());
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(setup.session())).status, 200);
    track->publish(
        test::make_batch({.track = 2,
                          .made = std::chrono::duration_cast<std::chrono::milliseconds>(monotonic_now() - test::kStart),
                          .sequence = 7,
                          .key = true,
                          .dependent = false}));
    ck_assert_uint_eq(Network::sequence_of(late), 7);
    live.picture();
    ck_assert_uint_eq(network.next_video(), 65'500);
    ck_assert_uint_eq(network.next_video(), 65'501);
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

START_TEST(test_multicast_goes_beside_unicast_of_the_same_mount) {
    LiveServer live(multicast_config());
    Network network;
    live.key_unit();
    Client client(live);
    client.play();
    RtspPeer tcp = live.connect();
    test::play_tcp(tcp);
    live.picture();
    ck_assert_uint_eq(network.next_video(), 65'500);
    ck_assert_uint_eq(network.next_video(), 65'501);
    std::optional<RtspPeer::Frame> frame;
    do
        frame = tcp.frame();
    while (frame && (frame->is_rtcp() || frame->sequence() != 65'501));
    ck_assert(frame.has_value());
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("multicast_requests",
                           {test_setup_answers_with_the_servers_group_whatever_the_client_wished,
                            test_setup_gives_each_stream_ports_of_its_own,
                            test_setup_keeps_to_one_lower_transport,
                            test_setup_without_a_group_left_is_461_and_goes_on_to_the_next_transport,
                            test_setup_of_what_protocols_leaves_out_is_461,
                            test_play_sends_from_a_key_unit_on_what_rtp_info_says,
                            test_play_waits_for_the_first_unit_of_a_stream_that_has_none_yet,
                            test_who_joins_a_running_group_is_told_what_comes_next,
                            test_group_is_sent_once_whichever_threads_its_sessions_are_on,
                            test_group_stops_with_its_last_session,
                            test_pause_of_the_last_session_stops_the_group_and_play_begins_at_a_key_unit_again,
                            test_play_is_answered_again_while_playing,
                            test_session_without_a_sign_of_life_times_out_and_its_group_stops,
                            test_reports_to_the_group_keep_the_sessions_of_their_host_alive,
                            test_what_the_group_sends_itself_keeps_nobody_alive,
                            test_garbage_sent_to_the_group_is_counted_and_does_nothing,
                            test_end_of_the_mount_is_told_to_the_group_and_ends_its_sessions,
                            test_end_of_the_server_is_told_to_the_group,
                            test_client_that_leaves_before_play_is_answered_leaves_no_group,
                            test_teardown_of_one_stream_leaves_the_session_its_other,
                            test_track_that_comes_later_is_sent_to_who_sets_it_up,
                            test_description_of_source_specific_groups_tells_their_source,
                            test_description_names_groups_when_there_is_nothing_else,
                            test_description_tells_no_group_of_those_that_anybody_may_send_to,
                            test_multicast_goes_beside_unicast_of_the_same_mount});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/deadline.h"
#include "support/multicast_server.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using test::assert_text;
using test::eventually;
using test::has;
using test::kGroup;
using test::kGroupPort;
using test::kMulticast;
using test::LiveServer;
using test::multicast_config;
using test::Network;
using test::patient;
using test::RtspPeer;
using test::session_header;
using Client = test::MulticastClient;

namespace {

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
    LiveServer live(multicast_config(), patient({}));
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
    config.session_timeout = 2s;
    LiveServer live(config);
    live.key_unit();
    Client client(live);
    client.play();
    client.peer.close();
    const test::DatagramSocket reporter = test::loopback_sender();
    const auto until = std::chrono::steady_clock::now() + 5s;
    ck_assert(eventually([&] {
        reporter.send(*net::SocketAddress::parse(kGroup, kGroupPort + 1), receiver_report());
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
        echo.send(*net::SocketAddress::parse(kGroup, kGroupPort + 1), sender_report());
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
    const auto to = *net::SocketAddress::parse(kGroup, kGroupPort + 1);
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
    LiveServer live(multicast_config(2), patient({}));
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
    test::DatagramSocket late = test::join_group(kGroup, kGroupPort + 4);
    live.key_unit();
    Client first(live);
    first.play();
    const auto track = live.mount->add_track(test::audio_config());
    RtspPeer peer = live.connect();
    const auto setup = peer.request("SETUP", peer.uri("/test/stream=2"), kMulticast);
    ck_assert_msg(has(setup.header("transport"), "port=16004-16005"), "%s", setup.header("transport").c_str());
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
    return test::run_suite(
        "multicast_group",
        {test_play_sends_from_a_key_unit_on_what_rtp_info_says,
         test_play_waits_for_the_first_unit_of_a_stream_that_has_none_yet,
         test_who_joins_a_running_group_is_told_what_comes_next,
         test_group_is_sent_once_whichever_threads_its_sessions_are_on, test_group_stops_with_its_last_session,
         test_pause_of_the_last_session_stops_the_group_and_play_begins_at_a_key_unit_again,
         test_play_is_answered_again_while_playing, test_session_without_a_sign_of_life_times_out_and_its_group_stops,
         test_reports_to_the_group_keep_the_sessions_of_their_host_alive,
         test_what_the_group_sends_itself_keeps_nobody_alive,
         test_garbage_sent_to_the_group_is_counted_and_does_nothing,
         test_end_of_the_mount_is_told_to_the_group_and_ends_its_sessions, test_end_of_the_server_is_told_to_the_group,
         test_client_that_leaves_before_play_is_answered_leaves_no_group,
         test_teardown_of_one_stream_leaves_the_session_its_other,
         test_track_that_comes_later_is_sent_to_who_sets_it_up, test_multicast_goes_beside_unicast_of_the_same_mount});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "rtp/big_endian.h"
#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/live_server.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using test::DatagramPair;
using test::DatagramSocket;
using test::eventually;
using test::LiveServer;
using test::RtspPeer;
using test::session_header;

namespace {

constexpr uint8_t kGoodbye = 203;

bool says_goodbye(const std::vector<uint8_t> &compound) {
    for (size_t at = 0; at + 4 <= compound.size(); at += 4 + size_t{4} * rtp::load_u16(compound, at + 2))
        if (compound[at + 1] == kGoodbye)
            return true;
    return false;
}

// The streams of which BYE comes before the connection ends.
std::set<unsigned> goodbyes(RtspPeer &peer) {
    ck_assert(peer.is_closed_by_server());
    std::set<unsigned> streams;
    while (const auto frame = peer.frame())
        if (frame->is_rtcp() && says_goodbye(frame->bytes))
            streams.insert(frame->channel / 2u);
    return streams;
}

bool goodbye_comes(DatagramSocket &rtcp) {
    for (auto datagram = rtcp.receive(); datagram; datagram = rtcp.receive())
        if (says_goodbye(datagram->bytes))
            return true;
    return false;
}

// An RTCP packet of that type with a sender and, if it has one, a source.
std::vector<uint8_t> rtcp_packet(uint8_t count, uint8_t type, const std::vector<uint32_t> &words) {
    std::vector<uint8_t> packet(4 + 4 * words.size());
    packet[0] = static_cast<uint8_t>(0x80 | count);
    packet[1] = type;
    rtp::store_u16(packet, 2, static_cast<uint16_t>(words.size()));
    for (size_t i = 0; i < words.size(); ++i)
        rtp::store_u32(packet, 4 + 4 * i, words[i]);
    return packet;
}

std::vector<uint8_t> receiver_report() {
    return rtcp_packet(0, 201, {1});
}

std::vector<uint8_t> loss_report(uint32_t source, uint32_t lost) {
    return rtcp_packet(1, 201, {1, source, lost, 0, 0, 0, 0});
}

std::vector<uint8_t> picture_loss_indication(uint32_t source) {
    return rtcp_packet(1, 206, {1, source});
}

std::string interleaved(uint8_t channel, const std::vector<uint8_t> &packet) {
    std::string text{'$', static_cast<char>(channel), static_cast<char>(packet.size() >> 8),
                     static_cast<char>(packet.size())};
    return text.append(packet.begin(), packet.end());
}

// A client that plays /test over UDP.
struct UdpClient {
    explicit UdpClient(const LiveServer &live, unsigned streams = 1) : peer(live.connect()) {
        for (unsigned i = 0; i < streams; ++i)
            pairs.push_back(DatagramPair::open());
        std::string transport;
        for (unsigned i = 0; i < streams; ++i) {
            const auto answer = peer.request("SETUP", peer.uri("/test/stream=" + std::to_string(i)),
                                             test::udp_transport(pairs[i].rtp.port()) + session_header(session));
            ck_assert_int_eq(answer.status, 200);
            session = answer.session();
            transport = answer.header("transport");
            const size_t ports = transport.find("server_port=");
            server_rtcp.push_back(static_cast<uint16_t>(std::atoi(transport.c_str() + ports + 12) + 1));
        }
    }
    void play() { ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(session)).status, 200); }
    void report(const std::vector<uint8_t> &packet) {
        pairs[0].rtcp.send(*net::SocketAddress::parse("127.0.0.1", server_rtcp[0]), packet);
    }

    RtspPeer peer;
    std::vector<DatagramPair> pairs;
    std::vector<uint16_t> server_rtcp;
    std::string session;
};

}  // namespace

START_TEST(test_io_thread_connection_moves_to_the_thread_of_its_session) {
    LiveServer live(test::local_config(2));
    live.gop();
    UdpClient client(live);
    RtspPeer other = live.connect();
    const auto own = other.request("SETUP", other.uri("/test/stream=0"), test::udp_transport(5000));
    ck_assert_msg(own.session().substr(0, 2) != client.session.substr(0, 2), "each has a thread of its own");
    ck_assert_int_eq(other.request("TEARDOWN", other.uri("/test"), session_header(own.session())).status, 200);

    const std::string header = session_header(client.session);
    const auto answer = other.request("GET_PARAMETER", other.uri("/test"), header);
    ck_assert_int_eq(answer.status, 200);
    ck_assert(answer.session() == client.session);
    ck_assert_int_eq(other.request("PLAY", other.uri("/test"), header).status, 200);
    ck_assert(client.pairs[0].rtp.receive().has_value());
    ck_assert_int_eq(client.peer.request("TEARDOWN", client.peer.uri("/test"), header).status, 200);
    ck_assert_int_eq(other.request("GET_PARAMETER", other.uri("/test"), header).status, 454);
}
END_TEST

START_TEST(test_io_thread_connection_moves_with_all_it_was_sent) {
    LiveServer live(test::local_config(3));
    UdpClient clients[] = {UdpClient(live), UdpClient(live), UdpClient(live)};
    RtspPeer other = live.connect();
    std::string all;
    for (unsigned i = 1; i <= 60; ++i)
        all += "GET_PARAMETER rtsp://host/test RTSP/1.0\r\nCSeq: " + std::to_string(i) +
               "\r\nSession: " + clients[i * 7 % 3].session + "\r\n\r\n";
    other.send(all);
    for (unsigned i = 1; i <= 60; ++i) {
        const auto answer = other.response();
        ck_assert_int_eq(answer.status, 200);
        ck_assert(answer.header("cseq") == std::to_string(i));
        ck_assert(answer.session() == clients[i * 7 % 3].session);
    }
    for (UdpClient &client : clients)
        ck_assert_int_eq(
            client.peer.request("GET_PARAMETER", client.peer.uri("/test"), session_header(client.session)).status, 200);
    ck_assert_uint_eq(live.server->statistics().connections, 4);
}
END_TEST

START_TEST(test_io_thread_connection_with_a_session_of_its_own_does_not_move) {
    LiveServer live(test::local_config(2));
    UdpClient one(live);
    UdpClient other(live);
    ck_assert_int_eq(other.peer.request("GET_PARAMETER", other.peer.uri("/test"), session_header(one.session)).status,
                     454);
    ck_assert_int_eq(other.peer.request("GET_PARAMETER", other.peer.uri("/test"), session_header(other.session)).status,
                     200);
}
END_TEST

START_TEST(test_io_thread_session_over_udp_survives_its_connection) {
    LiveServer live(test::local_config(2));
    live.gop();
    UdpClient client(live);
    client.play();
    ck_assert(client.pairs[0].rtp.receive().has_value());
    client.peer.close();
    ck_assert(eventually([&] { return live.server->statistics().connections == 0; }));
    while (client.pairs[0].rtp.receive(0)) {
    }
    live.picture();
    ck_assert(client.pairs[0].rtp.receive().has_value());
    RtspPeer later = live.connect();
    ck_assert_int_eq(later.request("TEARDOWN", later.uri("/test"), session_header(client.session)).status, 200);
    ck_assert_uint_eq(live.server->statistics().sessions, 0);
}
END_TEST

// A NAT, or a firewall, lets nothing through that comes from another address of the server.
START_TEST(test_io_thread_media_come_from_the_address_the_client_talks_to) {
    auto config = test::local_config();
    config.address.clear();
    LiveServer live(config);
    live.key_unit();
    RtspPeer peer(live.port(), "127.0.0.2");
    std::vector<DatagramPair> pairs;
    pairs.push_back(DatagramPair::open());
    const std::string session = test::set_up_udp(peer, pairs);
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(session)).status, 200);
    for (DatagramSocket *socket : {&pairs[0].rtp, &pairs[0].rtcp}) {
        const auto datagram = socket->receive();
        ck_assert(datagram && datagram->from.host() == "127.0.0.2");
    }
}
END_TEST

START_TEST(test_io_thread_session_over_tcp_ends_with_its_connection) {
    LiveServer live;
    live.gop();
    {
        RtspPeer peer = live.connect();
        test::play_tcp(peer);
        ck_assert_uint_eq(live.mount->statistics().viewers, 1);
    }
    ck_assert(eventually([&] { return live.server->statistics().sessions == 0; }));
    ck_assert_uint_eq(live.mount->statistics().viewers, 0);
}
END_TEST

START_TEST(test_io_thread_session_without_sign_of_life_times_out) {
    auto config = test::local_config();
    config.session_timeout = 1s;
    LiveServer live(config);
    live.gop();
    UdpClient silent(live);
    silent.play();
    RtspPeer over_tcp = live.connect();
    test::set_up_tcp(over_tcp);
    ck_assert(eventually([&] {
        live.picture();
        return live.server->statistics().sessions == 0;
    }));
    ck_assert(over_tcp.is_closed_by_server());
    ck_assert_uint_eq(live.mount->statistics().viewers, 0);
    live.picture();
}
END_TEST

START_TEST(test_io_thread_session_is_kept_by_requests_reports_and_delivery) {
    auto config = test::local_config();
    config.session_timeout = 2s;
    LiveServer live(config);
    live.gop();
    UdpClient reports(live);
    UdpClient requests(live);
    RtspPeer over_tcp = live.connect();
    const std::string reporting_inside = test::set_up_tcp(over_tcp);
    RtspPeer receives = live.connect();
    test::play_tcp(receives);
    const Time end = monotonic_now() + 5s;
    const bool all_stayed = eventually([&] {
        reports.report(receiver_report());
        over_tcp.send(interleaved(1, receiver_report()));
        requests.peer.request("GET_PARAMETER", requests.peer.uri("/test"), session_header(requests.session));
        live.picture();
        return monotonic_now() > end || live.server->statistics().sessions != 4;
    });
    ck_assert(all_stayed);
    ck_assert_uint_eq(live.server->statistics().sessions, 4);
}
END_TEST

START_TEST(test_io_thread_reports_of_strangers_keep_nothing_and_are_counted) {
    auto config = test::local_config();
    config.session_timeout = 1s;
    LiveServer live(config);
    UdpClient client(live);
    client.report(receiver_report());
    ck_assert(eventually([&] {
        const DatagramSocket stranger("127.0.0.2");
        stranger.send(*net::SocketAddress::parse("127.0.0.1", client.server_rtcp[0]), receiver_report());
        client.report({0x80, 1, 2});
        return live.server->statistics().sessions == 0;
    }));
    ck_assert_uint_ge(live.server->statistics().rtcp_dropped, 2);
}
END_TEST

START_TEST(test_io_thread_feedback_asks_for_a_key_unit_at_a_bounded_rate) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    test::play_tcp(peer);
    std::string indications;
    for (int i = 0; i < 20; ++i)
        indications += interleaved(1, picture_loss_indication(0x5ead0000));
    peer.send(indications + interleaved(3, picture_loss_indication(0x5ead0001)));
    ck_assert_int_eq(peer.request("OPTIONS", "*").status, 200);
    ck_assert_int_eq(live.key_requests(), 1);
}
END_TEST

START_TEST(test_io_thread_loss_is_counted_as_far_as_it_can_be_believed) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    test::play_tcp(peer);
    for (const uint32_t lost : {5u, 5u, 12u, 0x7fffffu})
        peer.send(interleaved(1, loss_report(0x5ead0000, lost)));
    peer.send(interleaved(1, loss_report(0xbad, 100)));
    ck_assert_int_eq(peer.request("OPTIONS", "*").status, 200);
    ck_assert_uint_eq(live.mount->statistics().packets_lost, 12);
}
END_TEST

START_TEST(test_io_thread_client_that_vanished_ends_when_its_host_says_so) {
    LiveServer live;
    live.gop();
    {
        UdpClient client(live);
        client.play();
    }
    ck_assert(eventually([&] {
        live.picture();
        return live.server->statistics().sessions == 0;
    }));
}
END_TEST

START_TEST(test_io_thread_closed_mount_ends_its_viewers_only) {
    LiveServer live(test::local_config(2));
    const auto other = media::Mount::create("/other", {});
    const auto track = other->add_track(test::video_config());
    ck_assert(live.server->mounts().add(&live, other, true).ok());
    live.gop();
    RtspPeer over_tcp = live.connect();
    test::play_tcp(over_tcp);
    UdpClient over_udp(live, 2);
    over_udp.play();
    RtspPeer elsewhere = live.connect();
    const auto setup = elsewhere.request("SETUP", elsewhere.uri("/other/stream=0"), test::tcp_transport(0));
    track->publish(test::make_batch({.key = true}));
    ck_assert_int_eq(elsewhere.request("PLAY", elsewhere.uri("/other"), session_header(setup.session())).status, 200);

    live.server->mounts().remove(&live, "/test");
    ck_assert((goodbyes(over_tcp) == std::set<unsigned>{0, 1}));
    ck_assert(goodbye_comes(over_udp.pairs[0].rtcp));
    ck_assert(goodbye_comes(over_udp.pairs[1].rtcp));
    const std::string header = session_header(over_udp.session);
    ck_assert_int_eq(over_udp.peer.request("GET_PARAMETER", over_udp.peer.uri("/test"), header).status, 454);
    ck_assert_int_eq(over_udp.peer.request("DESCRIBE", over_udp.peer.uri("/test")).status, 404);
    ck_assert_int_eq(
        elsewhere.request("GET_PARAMETER", elsewhere.uri("/other"), session_header(setup.session())).status, 200);
}
END_TEST

START_TEST(test_io_thread_viewer_of_a_mount_that_just_closed_is_told) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    const std::string session = test::set_up_tcp(peer);
    live.server->mounts().remove(&live, "/test");
    peer.send_request("PLAY", peer.uri("/test"), session_header(session));
    ck_assert(peer.response().status != 0);
    ck_assert(peer.is_closed_by_server());
}
END_TEST

START_TEST(test_io_thread_removed_stream_says_goodbye_and_the_other_goes_on) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    test::play_tcp(peer);
    live.mount->remove_track(live.audio);
    live.picture();
    const uint16_t last = static_cast<uint16_t>(live.newest_video()->properties().first_sequence);
    bool goodbye = false;
    for (bool done = false; !done;) {
        const auto frame = peer.frame();
        ck_assert(frame.has_value());
        goodbye = goodbye || (frame->channel == 3 && says_goodbye(frame->bytes));
        done = frame->channel == 0 && frame->sequence() == last;
    }
    ck_assert(goodbye);
}
END_TEST

START_TEST(test_io_thread_sessions_that_were_left_make_room) {
    auto config = test::local_config();
    config.max_connections = 3;
    LiveServer live(config);
    for (int i = 0; i < 20; ++i) {
        const UdpClient client(live);
        ck_assert_uint_le(live.server->statistics().sessions, 4);
    }
}
END_TEST

// The one that does not read is behind, and resumes on a key unit; the other gets everything.
START_TEST(test_io_thread_stalled_viewer_harms_nobody) {
    media::MountConfig mount;
    mount.max_lag = 1h;
    mount.max_lag_bytes = 1'000'000;
    LiveServer live(test::local_config(), mount);
    live.key_unit();
    RtspPeer stalled = live.connect();
    stalled.receive_little();
    test::play_tcp(stalled, 1);
    RtspPeer healthy = live.connect();
    test::play_tcp(healthy, 1);
    uint16_t next = healthy.rtp_frame().sequence();
    const Time end = monotonic_now() + 500ms;
    std::set<uint16_t> keys;
    for (int unit = 1; monotonic_now() < end || unit < 300; ++unit) {  // 17 MB at least
        const bool is_key = unit % 30 == 0;
        is_key ? live.key_unit(500) : live.picture(500);
        const auto first = static_cast<uint16_t>(live.newest_video()->properties().first_sequence);
        if (is_key)
            keys.insert(first);
        while (next != static_cast<uint16_t>(first + 499))
            ck_assert_uint_eq(healthy.rtp_frame().sequence(), ++next);
    }
    // What the sockets hold comes first, without a hole. Sequence numbers have wrapped by now: only the one behind the
    // hole is known to begin where the viewer resumed.
    uint16_t expected = stalled.rtp_frame().sequence();
    uint16_t resumed = expected;
    while (resumed == expected) {
        live.picture();
        live.key_unit();
        keys.insert(static_cast<uint16_t>(live.newest_video()->properties().first_sequence));
        live.picture();
        resumed = stalled.rtp_frame().sequence();
        ++expected;
    }
    ck_assert(keys.contains(resumed));
    ck_assert_uint_ge(live.mount->statistics().skips, 1);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("io_thread", {
                                            test_io_thread_connection_moves_to_the_thread_of_its_session,
                                            test_io_thread_connection_moves_with_all_it_was_sent,
                                            test_io_thread_connection_with_a_session_of_its_own_does_not_move,
                                            test_io_thread_session_over_udp_survives_its_connection,
                                            test_io_thread_media_come_from_the_address_the_client_talks_to,
                                            test_io_thread_session_over_tcp_ends_with_its_connection,
                                            test_io_thread_session_without_sign_of_life_times_out,
                                            test_io_thread_session_is_kept_by_requests_reports_and_delivery,
                                            test_io_thread_reports_of_strangers_keep_nothing_and_are_counted,
                                            test_io_thread_feedback_asks_for_a_key_unit_at_a_bounded_rate,
                                            test_io_thread_loss_is_counted_as_far_as_it_can_be_believed,
                                            test_io_thread_client_that_vanished_ends_when_its_host_says_so,
                                            test_io_thread_closed_mount_ends_its_viewers_only,
                                            test_io_thread_viewer_of_a_mount_that_just_closed_is_told,
                                            test_io_thread_removed_stream_says_goodbye_and_the_other_goes_on,
                                            test_io_thread_sessions_that_were_left_make_room,
                                            test_io_thread_stalled_viewer_harms_nobody,
                                        });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <list>
#include <string>
#include <utility>

#include "server/datagram_peers.h"
#include "server/viewer.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"

using namespace rtspcore;
using net::SocketAddress;
using server::DatagramPeers;
using server::Session;

namespace {

constexpr bool kRtp = false;
constexpr bool kRtcp = true;
constexpr Time kNow = test::kStart + std::chrono::seconds(1);

SocketAddress address(uint16_t port, const char *host = "192.0.2.1") {
    return *SocketAddress::parse(host, port);
}

// A client that set up streams over UDP, of which the first has its RTP at `port`, the second at `port` + 2...
struct Client {
    Client(DatagramPeers &peers, uint16_t port, unsigned streams = 1, const char *host = "192.0.2.1",
           Time set_up = test::kStart)
        : session("id", media::Mount::create("/test", {}), test::kStart) {
        for (unsigned track = 0; track < streams; ++track) {
            server::SessionStream stream;
            const auto rtp = static_cast<uint16_t>(port + 2 * track);
            stream.set_up = set_up;
            stream.transport.client_port = rtsp::PortPair{rtp, static_cast<uint16_t>(rtp + 1)};
            stream.rtp_peer = address(rtp, host);
            stream.rtcp_peer = address(static_cast<uint16_t>(rtp + 1), host);
            session.streams().insert_or_assign(track, std::move(stream));
            peers.add(session, track);
        }
    }
    [[nodiscard]] uint16_t rtp(unsigned track = 0) { return session.stream(track)->rtp_peer.port(); }
    [[nodiscard]] uint16_t rtcp(unsigned track = 0) { return session.stream(track)->rtcp_peer.port(); }

    Session session;
};

bool is(const std::optional<DatagramPeers::Peer> &peer, const Client &client, unsigned track = 0) {
    return peer && peer->session == &client.session && peer->track == track;
}

}  // namespace

START_TEST(test_datagram_peers_know_the_ports_that_were_set_up) {
    DatagramPeers peers;
    Client client(peers, 5000, 2);
    ck_assert(is(peers.identify({address(5000), kRtp}, kNow), client, 0));
    ck_assert(is(peers.identify({address(5001), kRtcp}, kNow), client, 0));
    ck_assert(is(peers.identify({address(5002), kRtp}, kNow), client, 1));
    ck_assert(is(peers.identify({address(5003), kRtcp}, kNow), client, 1));
    ck_assert_uint_eq(client.rtp(0), 5000);
    ck_assert_uint_eq(client.rtcp(1), 5003);
}
END_TEST

START_TEST(test_datagram_peers_learn_the_outer_ports_of_a_nat) {
    DatagramPeers peers;
    Client client(peers, 5000);
    ck_assert(is(peers.identify({address(40'000), kRtp}, kNow), client));
    ck_assert(is(peers.identify({address(40'017), kRtcp}, kNow), client));
    ck_assert_uint_eq(client.rtp(), 40'000);
    ck_assert_uint_eq(client.rtcp(), 40'017);
    ck_assert_msg(is(peers.identify({address(40'017), kRtcp}, kNow), client), "and know them from then on");
    ck_assert(is(peers.at(address(40'000)), client));
}
END_TEST

START_TEST(test_datagram_peers_learn_a_stream_after_the_other) {
    DatagramPeers peers;
    Client client(peers, 5000, 2);
    ck_assert(is(peers.identify({address(40'000), kRtp}, kNow), client, 0));
    ck_assert(is(peers.identify({address(40'001), kRtp}, kNow), client, 1));
    ck_assert_msg(!peers.identify({address(40'002), kRtp}, kNow), "there is no third");
    ck_assert_uint_eq(client.rtp(0), 40'000);
    ck_assert_uint_eq(client.rtp(1), 40'001);
}
END_TEST

START_TEST(test_datagram_peers_what_was_heard_is_not_moved) {
    DatagramPeers peers;
    Client client(peers, 5000);
    peers.identify({address(5000), kRtp}, kNow);
    ck_assert(!peers.identify({address(40'000), kRtp}, kNow));
    ck_assert_uint_eq(client.rtp(), 5000);
}
END_TEST

START_TEST(test_datagram_peers_no_other_host_moves_a_stream) {
    DatagramPeers peers;
    Client client(peers, 5000);
    for (const char *host : {"192.0.2.2", "2001:db8::1", "192.0.2.0"}) {
        ck_assert(!peers.identify({address(5000, host), kRtp}, kNow));
        ck_assert(!peers.identify({address(40'000, host), kRtcp}, kNow));
    }
    ck_assert_uint_eq(client.rtp(), 5000);
    ck_assert_uint_eq(client.rtcp(), 5001);
    ck_assert(!DatagramPeers().identify({address(5000), kRtp}, kNow));
}
END_TEST

START_TEST(test_datagram_peers_two_sessions_of_one_host_keep_apart) {
    DatagramPeers peers;
    Client one(peers, 5000);
    Client other(peers, 6000);
    ck_assert(is(peers.identify({address(6000), kRtp}, kNow), other));
    ck_assert(is(peers.identify({address(5001), kRtcp}, kNow), one));
    ck_assert_msg(is(peers.identify({address(40'000), kRtp}, kNow), one), "the other was heard");
    ck_assert_msg(is(peers.identify({address(40'001), kRtcp}, kNow), other), "the one was heard");
    ck_assert_uint_eq(one.rtp(), 40'000);
    ck_assert_uint_eq(other.rtp(), 6000);
}
END_TEST

// A viewer that has just left still sends reports, from ports that nobody knows any more.
START_TEST(test_datagram_peers_who_is_heard_at_its_own_port_is_there_whatever_was_learnt) {
    DatagramPeers peers;
    Client client(peers, 5000);
    peers.identify({address(6001), kRtcp}, kNow);
    ck_assert(is(peers.identify({address(5001), kRtcp}, kNow), client));
    ck_assert_uint_eq(client.rtcp(), 5001);
    ck_assert_msg(!peers.identify({address(6001), kRtcp}, kNow), "and not learnt again");
    ck_assert_uint_eq(client.rtcp(), 5001);

    // Also when SETUP of a further stream has put all of them in anew.
    peers.identify({address(6000), kRtp}, kNow);
    peers.remove(client.session);
    peers.add(client.session, 0);
    ck_assert(is(peers.identify({address(5000), kRtp}, kNow), client));
    ck_assert_uint_eq(client.rtp(), 5000);
}
END_TEST

START_TEST(test_datagram_peers_of_a_session_that_ended_are_strangers) {
    DatagramPeers peers;
    Client stays(peers, 6000);
    peers.identify({address(6000), kRtp}, kNow);
    peers.identify({address(6001), kRtcp}, kNow);
    {
        Client leaves(peers, 5000, 2);
        peers.identify({address(40'000), kRtp}, kNow);
        peers.remove(leaves.session);
    }
    for (const uint16_t port : {5000, 5001, 5002, 5003, 40'000}) {
        ck_assert_msg(!peers.at(address(port)), "port %u", port);
        ck_assert(!peers.identify({address(port), kRtp}, kNow));
    }
    ck_assert(is(peers.identify({address(6001), kRtcp}, kNow), stays));
}
END_TEST

// The last who set up a port has it; that the other leaves changes nothing.
START_TEST(test_datagram_peers_removal_leaves_the_port_to_who_took_it_over) {
    DatagramPeers peers;
    Client first(peers, 5000);
    Client second(peers, 5000);
    peers.remove(first.session);
    ck_assert(is(peers.identify({address(5000), kRtp}, kNow), second));
}
END_TEST

START_TEST(test_datagram_peers_learn_only_while_a_session_begins) {
    DatagramPeers peers;
    Client client(peers, 5000);
    ck_assert(!peers.identify({address(40'000), kRtp}, test::kStart + DatagramPeers::kLearning));
    ck_assert_uint_eq(client.rtp(), 5000);
}
END_TEST

START_TEST(test_datagram_peers_take_the_youngest_session_for_the_sender) {
    DatagramPeers peers;
    Client watches(peers, 5000, 1, "192.0.2.1");
    Client begins(peers, 6000, 2, "192.0.2.1", kNow);
    ck_assert(is(peers.identify({address(40'000), kRtp}, kNow), begins, 0));
    ck_assert(is(peers.identify({address(40'002), kRtp}, kNow), begins, 1));
    ck_assert_uint_eq(watches.rtp(), 5000);
}
END_TEST

START_TEST(test_datagram_peers_learn_nothing_that_is_not_proven) {
    DatagramPeers peers;
    Client client(peers, 5000);
    const DatagramPeers::Proof none = [](const DatagramPeers::Peer &) { return false; };
    const DatagramPeers::Proof good = [](const DatagramPeers::Peer &) { return true; };
    ck_assert(!peers.identify({address(40'001), kRtcp, none}, kNow));
    ck_assert(!peers.identify({address(5001), kRtcp, none}, kNow));
    ck_assert_uint_eq(client.rtcp(), 5001);
    ck_assert_msg(is(peers.identify({address(40'017), kRtcp, good}, kNow), client), "it was not heard so far");
    ck_assert_uint_eq(client.rtcp(), 40'017);
    ck_assert(!peers.identify({address(5001), kRtcp, none}, kNow));
    ck_assert_msg(client.rtcp() == 40'017, "nor is it moved back");
    ck_assert(is(peers.identify({address(5001), kRtcp, good}, kNow), client));
    ck_assert_uint_eq(client.rtcp(), 5001);
}
END_TEST

START_TEST(test_datagram_peers_proof_tells_which_of_a_host) {
    DatagramPeers peers;
    Client first(peers, 5000, 2);
    Client second(peers, 6000, 2, "192.0.2.1", kNow);
    const DatagramPeers::Proof proof = [&](const DatagramPeers::Peer &peer) {
        return peer.session == &first.session && peer.track == 1;
    };
    ck_assert(is(peers.identify({address(40'001), kRtcp, proof}, kNow), first, 1));
    ck_assert_uint_eq(first.rtcp(1), 40'001);
    ck_assert_uint_eq(first.rtcp(0), 5001);
    ck_assert_uint_eq(second.rtcp(0), 6001);
}
END_TEST

START_TEST(test_datagram_peers_are_tried_a_bounded_number_of_times) {
    DatagramPeers peers;
    std::list<Client> clients;
    for (uint16_t i = 0; i < 200; ++i)
        clients.emplace_back(peers, static_cast<uint16_t>(5000 + 2 * i));
    size_t tried = 0;
    const DatagramPeers::Proof proof = [&](const DatagramPeers::Peer &) { return ++tried == 0; };
    ck_assert(!peers.identify({address(40'001), kRtcp, proof}, kNow));
    ck_assert_uint_eq(tried, DatagramPeers::kMostTried);
}
END_TEST

int main() {
    return test::run_suite("datagram_peers",
                           {
                               test_datagram_peers_know_the_ports_that_were_set_up,
                               test_datagram_peers_learn_the_outer_ports_of_a_nat,
                               test_datagram_peers_learn_a_stream_after_the_other,
                               test_datagram_peers_learn_only_while_a_session_begins,
                               test_datagram_peers_take_the_youngest_session_for_the_sender,
                               test_datagram_peers_learn_nothing_that_is_not_proven,
                               test_datagram_peers_proof_tells_which_of_a_host,
                               test_datagram_peers_are_tried_a_bounded_number_of_times,
                               test_datagram_peers_what_was_heard_is_not_moved,
                               test_datagram_peers_no_other_host_moves_a_stream,
                               test_datagram_peers_two_sessions_of_one_host_keep_apart,
                               test_datagram_peers_who_is_heard_at_its_own_port_is_there_whatever_was_learnt,
                               test_datagram_peers_of_a_session_that_ended_are_strangers,
                               test_datagram_peers_removal_leaves_the_port_to_who_took_it_over,
                           });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is not heard at all, or not any more.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/access/failures.h"
#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/deadline.h"
#include "support/locked_server.h"
#include "support/multicast_server.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using server::access::Failures;
using server::access::Network;
using test::describe;
using test::kMulticast;
using test::kRight;
using test::kTransport;
using test::kWrong;
using test::LiveServer;
using test::locked_config;
using test::RtspPeer;
using test::session_header;
using test::set_up;
using Member = test::MulticastClient;

namespace {

// Room for two copies of what it publishes, which was measured. What the server itself measures is earlier and changes
// nothing.
struct RoomForTwo {
    RoomForTwo() : live(config()) {
        live.gop();
        const Time later = monotonic_now() + 1h;
        auto &rate = live.server->outgoing_rate();
        rate.sample({}, later);  // forgets what was measured
        rate.sample({live.mount}, later + 1s);
        live.mount->statistics().bytes_published += 500'000 / 8;
        rate.sample({live.mount}, later + 2s);
    }
    static server::ServerConfig config() {
        auto config = test::multicast_config();
        config.multicast.ip_min = config.multicast.ip_max = "239.255.78.1";  // nobody else of this host listens there
        config.access.max_bit_rate = 1'000'000;
        return config;
    }
    int set_up_status(const std::string &transport) {
        RtspPeer peer = live.connect();
        return peer.request("SETUP", peer.uri("/test/stream=0"), transport).status;
    }
    int status_over_tcp() { return set_up_status(kTransport); }
    int status_by_multicast() { return set_up_status(kMulticast); }

    LiveServer live;
};

}  // namespace

START_TEST(test_access_denied_address_learns_so_and_nothing_else) {
    auto config = test::local_config();
    config.access.deny = {*Network::parse("127.0.0.0/8")};
    LiveServer live(config);
    RtspPeer peer = live.connect();
    ck_assert_int_eq(peer.response().status, 403);
    ck_assert(peer.is_closed_by_server());
    ck_assert_uint_eq(live.server->statistics().connections_refused, 1);
    ck_assert_uint_eq(live.server->statistics().connections, 0);
}
END_TEST

START_TEST(test_access_is_for_allowed_addresses_only) {
    auto config = test::local_config();
    config.access.allow = {*Network::parse("127.0.0.1"), *Network::parse("192.0.2.0/24")};
    LiveServer live(config);
    RtspPeer peer = live.connect();
    ck_assert_int_eq(describe(peer, ""), 200);
    config.access.allow = {*Network::parse("192.0.2.0/24")};
    LiveServer other(config);
    RtspPeer stranger = other.connect();
    ck_assert_int_eq(stranger.response().status, 403);
}
END_TEST

START_TEST(test_access_connections_of_an_address_are_limited) {
    auto config = test::local_config();
    config.access.max_connections_per_host = 2;
    LiveServer live(config);
    RtspPeer first = live.connect();
    ck_assert_int_eq(describe(first, ""), 200);
    {
        RtspPeer second = live.connect();
        ck_assert_int_eq(describe(second, ""), 200);
        RtspPeer third = live.connect();
        ck_assert_int_eq(third.response().status, 503);
        ck_assert(third.is_closed_by_server());
    }
    ck_assert(test::eventually([&] { return live.server->statistics().connections <= 1; }));
    RtspPeer fourth = live.connect();
    ck_assert_int_eq(describe(fourth, ""), 200);
}
END_TEST

START_TEST(test_access_strangers_make_room_for_newer_ones) {
    auto config = locked_config();
    config.access.max_strangers = 2;
    LiveServer live(config);
    live.gop();
    RtspPeer viewer = live.connect();
    const std::string session = set_up(viewer, kRight);
    RtspPeer oldest = live.connect();
    ck_assert_int_eq(oldest.request("OPTIONS", "*").status, 200);
    RtspPeer second = live.connect();
    ck_assert_int_eq(second.request("OPTIONS", "*").status, 200);
    RtspPeer third = live.connect();
    ck_assert_int_eq(third.request("OPTIONS", "*").status, 200);
    ck_assert(oldest.is_closed_by_server());
    ck_assert_int_eq(viewer.request("PLAY", viewer.uri("/test"), session_header(session)).status, 200);
}
END_TEST

START_TEST(test_access_too_many_sessions_are_refused) {
    auto config = test::local_config();
    config.access.max_sessions = 1;
    LiveServer live(config);
    live.gop();
    RtspPeer first = live.connect();
    test::set_up_tcp(first, 1);
    RtspPeer second = live.connect();
    ck_assert_int_eq(second.request("SETUP", second.uri("/test/stream=0"), kTransport).status, 503);
    first.close();
    ck_assert(test::eventually([&] { return live.server->statistics().sessions <= 0; }));
    ck_assert_int_eq(second.request("SETUP", second.uri("/test/stream=0"), kTransport).status, 200);
}
END_TEST

START_TEST(test_access_too_many_requests_end_the_connection) {
    auto config = test::local_config();
    config.access.max_requests_a_second = 5;
    LiveServer live(config);
    RtspPeer peer = live.connect();
    int served = 0;
    for (int status = 200; status == 200 && served < 1000; ++served)
        status = peer.request("OPTIONS", "*").status;
    ck_assert_msg(served >= 10 && served < 1000, "%d", served);
    ck_assert(peer.is_closed_by_server());
}
END_TEST

START_TEST(test_access_viewer_too_many_for_the_bit_rate_is_refused) {
    auto config = test::local_config();
    config.access.max_bit_rate = 1;
    LiveServer live(config);
    live.gop();
    RtspPeer peer = live.connect();
    int status = 200;
    for (const Time end = monotonic_now() + 10s; status == 200;) {
        ck_assert(monotonic_now() < end);
        live.gop();
        RtspPeer other = live.connect();
        status = other.request("SETUP", other.uri("/test/stream=0"), kTransport).status;
    }
    ck_assert_int_eq(status, 453);
    ck_assert_int_eq(describe(peer, ""), 200);
}
END_TEST

START_TEST(test_access_viewers_count_against_the_bit_rate_from_play_until_they_leave) {
    RoomForTwo of;
    RtspPeer first = of.live.connect();
    RtspPeer second = of.live.connect();
    RtspPeer third = of.live.connect();
    test::play_tcp(first, 1);
    const std::string late = test::set_up_tcp(third, 1);
    const std::string session = test::play_tcp(second, 1);
    ck_assert_int_eq(of.status_over_tcp(), 453);
    ck_assert_int_eq(of.status_by_multicast(), 453);
    const auto play = [&] { return third.request("PLAY", third.uri("/test"), session_header(late)).status; };
    ck_assert_int_eq(play(), 453);
    ck_assert_int_eq(second.request("TEARDOWN", second.uri("/test"), session_header(session)).status, 200);
    ck_assert_int_eq(play(), 200);
    ck_assert_int_eq(of.status_over_tcp(), 453);
}
END_TEST

START_TEST(test_access_members_of_a_group_are_one_copy) {
    RoomForTwo of;
    std::vector<std::unique_ptr<Member>> members;
    for (int i = 0; i < 3; ++i) {
        members.push_back(std::make_unique<Member>(of.live));
        members.back()->play();
    }
    RtspPeer beside = of.live.connect();
    test::play_tcp(beside, 1);
    ck_assert_int_eq(of.status_over_tcp(), 453);
    Member fourth(of.live);
    fourth.play();
}
END_TEST

START_TEST(test_access_first_member_of_a_group_is_a_copy) {
    RoomForTwo of;
    Member early(of.live);
    RtspPeer first = of.live.connect();
    RtspPeer second = of.live.connect();
    test::play_tcp(first, 1);
    test::play_tcp(second, 1);
    ck_assert_int_eq(of.status_by_multicast(), 453);
    ck_assert_int_eq(early.ask("PLAY").status, 453);
    second.close();
    ck_assert(test::eventually([&] { return of.live.mount->statistics().viewers == 1; }));
    early.play();
    ck_assert_int_eq(of.status_over_tcp(), 453);
    ck_assert_int_eq(early.ask("PAUSE").status, 200);
    ck_assert_int_eq(of.status_over_tcp(), 200);
}
END_TEST

START_TEST(test_access_transport_that_is_not_served_is_told_before_the_bit_rate) {
    RoomForTwo of;
    RtspPeer first = of.live.connect();
    RtspPeer second = of.live.connect();
    test::play_tcp(first, 1);
    test::play_tcp(second, 1);
    ck_assert_int_eq(of.set_up_status("Transport: RAW/RAW/UDP\r\n"), 461);
    ck_assert_int_eq(of.set_up_status(""), 400);
}
END_TEST

START_TEST(test_access_guesses_on_many_connections_are_not_heard) {
    LiveServer live(locked_config());
    live.gop();
    std::vector<RtspPeer> peers;
    for (int i = 0; i < 20; ++i) {
        peers.push_back(live.connect());
        peers.back().send_request("DESCRIBE", peers.back().uri("/test"), kWrong);
    }
    ck_assert(test::eventually([&] { return live.server->statistics().requests_denied >= 20; }));
    RtspPeer peer = live.connect();
    const auto answer = peer.request("DESCRIBE", peer.uri("/test"), kRight);
    ck_assert_int_eq(answer.status, 503);
    test::assert_text(answer.header("retry-after"), "30");
}
END_TEST

START_TEST(test_access_guesses_are_slowed_down) {
    LiveServer live(locked_config());
    live.gop();
    RtspPeer peer = live.connect();
    for (unsigned i = 0; i < Failures::kFree; ++i)
        ck_assert_int_eq(describe(peer, kWrong), 401);
    const Time begin = monotonic_now();
    ck_assert_int_eq(describe(peer, kWrong), 401);
    ck_assert(monotonic_now() - begin >= Failures::kFirstPause);
    // Now and then the machine does.
    ck_assert_msg(test::eventually([&] {
                      const Time asked = monotonic_now();
                      ck_assert_int_eq(describe(peer, kRight), 200);
                      RtspPeer other = live.connect();
                      ck_assert_int_eq(describe(other, ""), 401);
                      return monotonic_now() - asked < Failures::kFirstPause;
                  }),
                  "who knows, or does not guess, has to wait");
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "request_limits",
        {test_access_denied_address_learns_so_and_nothing_else, test_access_is_for_allowed_addresses_only,
         test_access_connections_of_an_address_are_limited, test_access_strangers_make_room_for_newer_ones,
         test_access_too_many_sessions_are_refused, test_access_too_many_requests_end_the_connection,
         test_access_viewer_too_many_for_the_bit_rate_is_refused,
         test_access_viewers_count_against_the_bit_rate_from_play_until_they_leave,
         test_access_members_of_a_group_are_one_copy, test_access_first_member_of_a_group_is_a_copy,
         test_access_transport_that_is_not_served_is_told_before_the_bit_rate,
         test_access_guesses_on_many_connections_are_not_heard, test_access_guesses_are_slowed_down});
}

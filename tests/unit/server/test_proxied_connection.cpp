// SPDX-License-Identifier: LGPL-2.1-or-later
#include <memory>
#include <string>

#include "base/guarded.h"
#include "support/check_suite.h"
#include "support/live_server.h"

using namespace rtspcore;
using namespace std::string_literals;
using test::LiveServer;
using test::RtspPeer;

namespace {

const std::string kVersion1 = "PROXY TCP4 198.51.100.7 203.0.113.1 40000 554\r\n";
const std::string kVersion2 = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc6\x33\x64\x07\xcb\0\x71\x01\x9c\x40\x02\x2a"s;
const std::string kLocal = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s;

// Everybody here is at 127.0.0.1; the application hears who asks.
struct Behind {
    explicit Behind(const char *trusted = "127.0.0.0/8", const char *denied = "203.0.113.66") {
        config.access.trusted_proxies = *server::access::parse_networks(trusted);
        config.access.deny = *server::access::parse_networks(denied);
        config.authorize = [heard = heard](const server::access::Question &question,
                                           const server::access::Decision &decision) {
            *heard->lock() = question.address;
            decision.answer(true);
        };
    }
    std::string asked_by() { return *heard->lock(); }

    std::shared_ptr<Guarded<std::string>> heard = std::make_shared<Guarded<std::string>>();
    server::ServerConfig config = test::local_config();
};

int describe(RtspPeer &peer) {
    return peer.request("DESCRIBE", peer.uri("/test")).status;
}

}  // namespace

START_TEST(test_proxied_connection_has_the_address_of_the_client) {
    for (const std::string &header : {kVersion1, kVersion2}) {
        Behind behind;
        LiveServer live(behind.config);
        RtspPeer peer = live.connect();
        peer.send(header);
        ck_assert_int_eq(describe(peer), 200);
        ck_assert(behind.asked_by() == "198.51.100.7");
    }
}
END_TEST

START_TEST(test_proxied_connection_header_may_come_in_any_portions) {
    Behind behind;
    LiveServer live(behind.config);
    for (const std::string &header : {kVersion1, kVersion2}) {
        RtspPeer peer = live.connect();
        for (const char byte : header)
            peer.send({&byte, 1});
        ck_assert_int_eq(describe(peer), 200);
        ck_assert(behind.asked_by() == "198.51.100.7");
    }
}
END_TEST

START_TEST(test_proxied_connection_of_the_balancer_itself_keeps_its_address) {
    Behind behind;
    LiveServer live(behind.config);
    for (const std::string &header : {kLocal, "PROXY UNKNOWN\r\n"s, ""s}) {
        RtspPeer peer = live.connect();
        peer.send(header);
        ck_assert_int_eq(describe(peer), 200);
        ck_assert(behind.asked_by() == "127.0.0.1");
    }
}
END_TEST

// As if it had come by itself, whether it waits or asks at once, by RTSP or by TLS.
START_TEST(test_proxied_connection_of_a_denied_client_is_told_so_and_ends) {
    Behind behind("127.0.0.1", "198.51.100.0/24");
    LiveServer live(behind.config);
    for (const std::string &header : {kVersion1, kVersion2})
        for (const std::string &more : {""s, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"s, "\x16\x03\x01"s}) {
            RtspPeer peer = live.connect();
            peer.send(header + more);
            ck_assert_int_eq(peer.response().status, 403);
            ck_assert(peer.is_closed_by_server());
        }
    ck_assert_uint_eq(live.server->statistics().connections_refused.load(), 6);
    ck_assert(behind.asked_by().empty());
}
END_TEST

START_TEST(test_proxied_connection_is_counted_as_the_client) {
    Behind behind;
    behind.config.access.max_connections_per_host = 1;
    LiveServer live(behind.config);
    RtspPeer first = live.connect();
    first.send(kVersion1);
    ck_assert_int_eq(describe(first), 200);
    RtspPeer second = live.connect();
    second.send(kVersion1);
    ck_assert_int_eq(second.response().status, 503);
    ck_assert(second.is_closed_by_server());
    RtspPeer other = live.connect();
    other.send("PROXY TCP4 198.51.100.8 203.0.113.1 40000 554\r\n");
    ck_assert_int_eq(describe(other), 200);
}
END_TEST

// Anybody could say anything.
START_TEST(test_proxied_connection_of_a_stranger_is_a_bad_request) {
    Behind behind("192.0.2.1");
    LiveServer live(behind.config);
    for (const std::string &header : {kVersion1, kVersion2}) {
        RtspPeer peer = live.connect();
        peer.send(header + "\r\n");
        ck_assert_int_eq(peer.response().status, 400);
    }
    ck_assert(behind.asked_by().empty());
}
END_TEST

START_TEST(test_proxied_connection_broken_header_ends_it) {
    Behind behind;
    LiveServer live(behind.config);
    for (const std::string &header : {"PROXY TCP4 nowhere 203.0.113.1 1 2\r\n"s, "PROXY TCP4 "s + std::string(200, '1'),
                                      "\r\n\r\n\0\r\nQUIT\n\x31\x11\0\x0c"s + std::string(12, 'x')}) {
        RtspPeer peer = live.connect();
        peer.send(header);
        ck_assert(peer.is_closed_by_server());
    }
}
END_TEST

// Not even behind one that leaves the address of the balancer, who is trusted.
START_TEST(test_proxied_connection_second_header_is_a_bad_request) {
    Behind behind;
    LiveServer live(behind.config);
    for (const std::string &first : {kVersion1, kLocal, "PROXY UNKNOWN\r\n"s}) {
        RtspPeer peer = live.connect();
        peer.send(first + kVersion1 + "\r\n");
        ck_assert_int_eq(peer.response().status, 400);
    }
}
END_TEST

START_TEST(test_proxied_connection_gets_no_datagrams) {
    Behind behind;
    LiveServer live(behind.config);
    RtspPeer peer = live.connect();
    peer.send(kVersion1);
    const auto answer = peer.request("SETUP", peer.uri("/test/stream=0"), test::udp_transport(5000));
    ck_assert_int_eq(answer.status, 461);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "proxied_connection",
        {test_proxied_connection_has_the_address_of_the_client, test_proxied_connection_header_may_come_in_any_portions,
         test_proxied_connection_of_the_balancer_itself_keeps_its_address,
         test_proxied_connection_of_a_denied_client_is_told_so_and_ends,
         test_proxied_connection_is_counted_as_the_client, test_proxied_connection_of_a_stranger_is_a_bad_request,
         test_proxied_connection_broken_header_ends_it, test_proxied_connection_second_header_is_a_bad_request,
         test_proxied_connection_gets_no_datagrams});
}

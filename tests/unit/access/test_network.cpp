// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <string>

#include "server/access/network.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using server::access::Network;
using server::access::parse_networks;

namespace {

net::SocketAddress address(const std::string &text) {
    return *net::SocketAddress::parse(text, 554);
}

}  // namespace

START_TEST(test_network_contains_what_has_its_prefix) {
    const struct {
        const char *network;
        const char *address;
        bool contains;
    } kCases[] = {
        {"192.0.2.0/24", "192.0.2.255", true},
        {"192.0.2.0/24", "192.0.3.0", false},
        {"192.0.2.77/24", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"10.0.0.0/9", "10.127.255.255", true},
        {"10.0.0.0/9", "10.128.0.0", false},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "2001:db8::1", true},
        {"::/0", "192.0.2.1", false},
        {"2001:db8::/33", "2001:db8:7fff::", true},
        {"2001:db8::/33", "2001:db8:8000::", false},
        {"::ffff:192.0.2.0/120", "192.0.2.9", true},
        {"::1", "::1", true},
    };
    for (const auto &[network, host, contains] : kCases) {
        const auto parsed = Network::parse(network);
        ck_assert_msg(parsed.has_value(), "%s", network);
        ck_assert_msg(parsed->contains(address(host)) == contains, "%s %s", network, host);
    }
}
END_TEST

START_TEST(test_network_that_is_none_is_refused) {
    for (const char *text : {"", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/8x", "192.0.2", "::/129",
                             "host", "192.0.2.1:554", " 192.0.2.1"})
        ck_assert_msg(!Network::parse(text).has_value(), "%s", text);
    ck_assert_uint_eq(parse_networks("192.0.2.1, ::1,10.0.0.0/8")->size(), 3);
    ck_assert_uint_eq(parse_networks("")->size(), 0);
    const auto bad = parse_networks("192.0.2.1,lan,x");
    ck_assert(!bad.ok());
    test::assert_text(bad.error().message, "lan");
    ck_assert(!parse_networks("192.0.2.1,,::1").ok());
}
END_TEST

START_TEST(test_network_of_a_peer_is_the_host) {
    ck_assert(Network::of_peer(address("192.0.2.1")) == Network::of_peer(address("192.0.2.1").with_port(7)));
    ck_assert(Network::of_peer(address("192.0.2.1")) != Network::of_peer(address("192.0.2.2")));
    ck_assert(Network::of_peer(address("2001:db8::1")) == Network::of_peer(address("2001:db8::ffff:1")));
    ck_assert(Network::of_peer(address("2001:db8::1")) != Network::of_peer(address("2001:db8:0:1::1")));
}
END_TEST

int main() {
    return test::run_suite("network", {
                                          test_network_contains_what_has_its_prefix,
                                          test_network_that_is_none_is_refused,
                                          test_network_of_a_peer_is_the_host,
                                      });
}

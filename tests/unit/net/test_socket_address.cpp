// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arpa/inet.h>

#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "net/socket_address.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using net::SocketAddress;

namespace {

SocketAddress address(const char *numeric, uint16_t port) {
    const auto parsed = SocketAddress::parse(numeric, port);
    ck_assert_msg(parsed.has_value(), "%s is no address", numeric);
    return *parsed;
}

}  // namespace

START_TEST(test_socket_address_parse_takes_numeric_addresses_only) {
    const struct {
        const char *text;
        const char *printed;  // null: no address
        const char *host;
        bool is_ipv4;
    } kCases[] = {
        {"192.0.2.1", "192.0.2.1:554", "192.0.2.1", true},
        {"0.0.0.0", "0.0.0.0:554", "0.0.0.0", true},
        {"2001:db8::1", "[2001:db8::1]:554", "2001:db8::1", false},
        {"::", "[::]:554", "::", false},
        {"::1", "[::1]:554", "::1", false},
        {"::ffff:192.0.2.1", "192.0.2.1:554", "192.0.2.1", true},
        {"", nullptr, nullptr, false},
        {"localhost", nullptr, nullptr, false},
        {"192.0.2", nullptr, nullptr, false},
        {"192.0.2.256", nullptr, nullptr, false},
        {"192.0.2.1:554", nullptr, nullptr, false},
        {"[2001:db8::1]", nullptr, nullptr, false},
        {"2001:db8::1::2", nullptr, nullptr, false},
    };
    for (const auto &test : kCases) {
        const auto parsed = SocketAddress::parse(test.text, 554);
        ck_assert_msg(parsed.has_value() == (test.printed != nullptr), "'%s'", test.text);
        if (!parsed)
            continue;
        test::assert_text(parsed->to_string(), test.printed);
        test::assert_text(parsed->host(), test.host);
        ck_assert_msg(parsed->is_ipv4() == test.is_ipv4, "'%s'", test.text);
        ck_assert_uint_eq(parsed->port(), 554);
    }
}
END_TEST

START_TEST(test_socket_address_is_the_same_from_either_kind_of_socket) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(5000);
    inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr);
    sockaddr_in6 mapped{};
    mapped.sin6_family = AF_INET6;
    mapped.sin6_port = htons(5000);
    inet_pton(AF_INET6, "::ffff:192.0.2.7", &mapped.sin6_addr);
    const auto one = SocketAddress::from(reinterpret_cast<const sockaddr *>(&v4));
    const auto other = SocketAddress::from(reinterpret_cast<const sockaddr *>(&mapped));
    ck_assert(one && other && *one == *other);
    ck_assert(*one == address("192.0.2.7", 5000));
}
END_TEST

START_TEST(test_socket_address_of_another_family_is_none) {
    sockaddr local{};
    local.sa_family = AF_UNIX;
    ck_assert(!SocketAddress::from(&local));
}
END_TEST

START_TEST(test_socket_address_takes_the_form_of_the_socket) {
    sockaddr_in6 out;
    ck_assert_uint_eq(address("192.0.2.7", 5000).to_sockaddr(AF_INET, out), sizeof(sockaddr_in));
    ck_assert(*SocketAddress::from(reinterpret_cast<const sockaddr *>(&out)) == address("192.0.2.7", 5000));
    ck_assert_int_eq(reinterpret_cast<const sockaddr *>(&out)->sa_family, AF_INET);

    for (const char *text : {"192.0.2.7", "2001:db8::7"}) {
        ck_assert_uint_eq(address(text, 5000).to_sockaddr(AF_INET6, out), sizeof(sockaddr_in6));
        ck_assert_int_eq(out.sin6_family, AF_INET6);
        ck_assert(*SocketAddress::from(reinterpret_cast<const sockaddr *>(&out)) == address(text, 5000));
    }
    ck_assert_uint_eq(address("2001:db8::7", 5000).to_sockaddr(AF_INET, out), 0);
}
END_TEST

START_TEST(test_socket_address_keeps_the_scope_of_link_local) {
    sockaddr_in6 raw{};
    raw.sin6_family = AF_INET6;
    raw.sin6_scope_id = 3;
    inet_pton(AF_INET6, "fe80::1", &raw.sin6_addr);
    const auto scoped = *SocketAddress::from(reinterpret_cast<const sockaddr *>(&raw));
    sockaddr_in6 out;
    ck_assert_uint_eq(scoped.with_port(6000).to_sockaddr(AF_INET6, out), sizeof out);
    ck_assert_uint_eq(out.sin6_scope_id, 3);
    ck_assert(scoped != address("fe80::1", 0));
}
END_TEST

START_TEST(test_socket_address_compares_by_host_then_port) {
    const SocketAddress a1 = address("192.0.2.1", 1);
    const SocketAddress a2 = address("192.0.2.1", 2);
    const SocketAddress b1 = address("192.0.2.2", 1);
    ck_assert(a1.same_host(a2) && !a1.same_host(b1));
    ck_assert(a1.with_port(2) == a2);
    const std::set<SocketAddress> ordered{b1, a2, a1};
    ck_assert(std::vector(ordered.begin(), ordered.end()) == (std::vector{a1, a2, b1}));
}
END_TEST

START_TEST(test_multicast_and_source_specific_groups_are_told_from_hosts) {
    struct Case {
        const char *address;
        bool multicast;
        bool source_specific;
    };
    constexpr Case kCases[] = {
        {"223.255.255.255", false, false}, {"224.0.0.1", true, false}, {"232.0.0.0", true, true},
        {"232.255.255.255", true, true},   {"233.0.0.0", true, false}, {"239.255.255.255", true, false},
        {"240.0.0.0", false, false},       {"ff02::1", true, false},   {"ff35::1", true, true},
        {"ff3e::8000:1", true, true},      {"ff3e:1::1", true, false}, {"fe80::1", false, false},
        {"::ffff:232.1.1.1", true, true},
    };
    for (const Case &c : kCases) {
        const auto address = net::SocketAddress::parse(c.address, 1);
        ck_assert_msg(address->is_multicast() == c.multicast, "%s", c.address);
        ck_assert_msg(address->is_source_specific() == c.source_specific, "%s", c.address);
    }
}
END_TEST

int main() {
    return test::run_suite("socket_address", {
                                                 test_socket_address_parse_takes_numeric_addresses_only,
                                                 test_socket_address_is_the_same_from_either_kind_of_socket,
                                                 test_socket_address_of_another_family_is_none,
                                                 test_socket_address_takes_the_form_of_the_socket,
                                                 test_socket_address_keeps_the_scope_of_link_local,
                                                 test_socket_address_compares_by_host_then_port,
                                                 test_multicast_and_source_specific_groups_are_told_from_hosts,
                                             });
}

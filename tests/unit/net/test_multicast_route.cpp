// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/multicast_route.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using net::MulticastRoute;
using net::SocketAddress;
using test::assert_text;

namespace {

SocketAddress group(const char *address) {
    return *SocketAddress::parse(address, 5000);
}

template <typename Value>
Value option_of(const net::BoundSocket &socket, int level, int option) {
    Value value{};
    socklen_t size = sizeof value;
    ck_assert_int_eq(getsockopt(socket.fd.get(), level, option, &value, &size), 0);
    return value;
}

}  // namespace

START_TEST(test_route_sets_ttl_and_loop_of_either_family) {
    const MulticastRoute route{.interface = "lo", .ttl = 7};
    const auto v4 = net::bind_socket("0.0.0.0", 0, SOCK_DGRAM);
    ck_assert(route.apply(*v4).ok());
    ck_assert_int_eq(option_of<int>(*v4, IPPROTO_IP, IP_MULTICAST_TTL), 7);
    ck_assert_int_eq(option_of<int>(*v4, IPPROTO_IP, IP_MULTICAST_LOOP), 1);
    const auto v6 = net::bind_socket("::", 0, SOCK_DGRAM);
    if (!v6)
        return;  // a machine without IPv6
    ck_assert(route.apply(*v6).ok());
    ck_assert_int_eq(option_of<int>(*v6, IPPROTO_IPV6, IPV6_MULTICAST_HOPS), 7);
}
END_TEST

START_TEST(test_route_takes_every_ttl) {
    const auto socket = net::bind_socket("0.0.0.0", 0, SOCK_DGRAM);
    for (const int ttl : {0, 1, 255}) {
        ck_assert(MulticastRoute{.ttl = static_cast<uint8_t>(ttl)}.apply(*socket).ok());
        ck_assert_int_eq(option_of<int>(*socket, IPPROTO_IP, IP_MULTICAST_TTL), ttl);
    }
}
END_TEST

START_TEST(test_route_tells_the_source_that_is_bound_to) {
    const MulticastRoute route{.interface = "lo", .own_address = "127.0.0.1"};
    const auto source = route.source_for(group("232.1.2.3"));
    ck_assert_msg(source.ok(), "%s", source.ok() ? "" : source.error().message.c_str());
    assert_text(source->host(), "127.0.0.1");
}
END_TEST

START_TEST(test_route_binds_to_the_address_that_is_served_if_it_is_of_the_family) {
    const MulticastRoute route{.own_address = "127.0.0.2"};
    assert_text(route.local_address(group("239.255.0.1")), "127.0.0.2");
    assert_text(route.local_address(group("ff15::1")), "::");
    assert_text(MulticastRoute{}.local_address(group("239.255.0.1")), "0.0.0.0");
}
END_TEST

START_TEST(test_route_names_an_interface_that_is_not_there) {
    const MulticastRoute route{.interface = "nosuch0"};
    const auto socket = net::bind_socket("0.0.0.0", 0, SOCK_DGRAM);
    const auto applied = route.apply(*socket);
    ck_assert(!applied.ok());
    ck_assert_msg(applied.error().message.find("'nosuch0'") != std::string::npos, "%s",
                  applied.error().message.c_str());
    ck_assert(!route.source_for(group("239.255.0.1")).ok());
}
END_TEST

int main() {
    return test::run_suite("multicast_route", {test_route_sets_ttl_and_loop_of_either_family,
                                               test_route_takes_every_ttl, test_route_tells_the_source_that_is_bound_to,
                                               test_route_binds_to_the_address_that_is_served_if_it_is_of_the_family,
                                               test_route_names_an_interface_that_is_not_there});
}

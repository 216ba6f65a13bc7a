// SPDX-License-Identifier: LGPL-2.1-or-later
#include <memory>

#include "server/http_tunnels.h"
#include "support/check_suite.h"

using namespace rtspcore;
using server::HttpTunnels;

namespace {

net::SocketAddress address(const char *host, uint16_t port) {
    return *net::SocketAddress::parse(host, port);
}

}  // namespace

START_TEST(test_http_tunnels_get_is_found_from_any_port_of_its_host) {
    HttpTunnels tunnels;
    ck_assert(tunnels.add(HttpTunnels::name(address("192.0.2.1", 1000), "cookie"), {2, 7}));
    const auto place = tunnels.find(HttpTunnels::name(address("192.0.2.1", 2000), "cookie"));
    ck_assert(place && place->thread == 2 && place->connection == 7);
    ck_assert(!tunnels.find(HttpTunnels::name(address("192.0.2.2", 1000), "cookie")));
    ck_assert(!tunnels.find(HttpTunnels::name(address("192.0.2.1", 1000), "Cookie")));
}
END_TEST

START_TEST(test_http_tunnels_second_get_of_a_name_is_not_taken) {
    HttpTunnels tunnels;
    const auto name = HttpTunnels::name(address("192.0.2.1", 1000), "cookie");
    ck_assert(tunnels.add(name, {0, 1}));
    ck_assert(!tunnels.add(name, {0, 2}));
    ck_assert_uint_eq(tunnels.find(name)->connection, 1);
    ck_assert(tunnels.add(HttpTunnels::name(address("192.0.2.2", 1000), "cookie"), {0, 3}));
}
END_TEST

START_TEST(test_http_tunnels_entry_follows_its_get_and_goes_with_it) {
    HttpTunnels tunnels;
    const auto name = HttpTunnels::name(address("2001:db8::1", 1000), "cookie");
    ck_assert(tunnels.add(name, {0, 1}));
    auto entry = std::make_unique<HttpTunnels::Entry>(tunnels, name);
    entry->move_to({3, 4});
    ck_assert_uint_eq(tunnels.find(name)->thread, 3);
    entry.reset();
    ck_assert(!tunnels.find(name));
    ck_assert(tunnels.add(name, {0, 1}));
}
END_TEST

int main() {
    return test::run_suite("http_tunnels", {test_http_tunnels_get_is_found_from_any_port_of_its_host,
                                            test_http_tunnels_second_get_of_a_name_is_not_taken,
                                            test_http_tunnels_entry_follows_its_get_and_goes_with_it});
}

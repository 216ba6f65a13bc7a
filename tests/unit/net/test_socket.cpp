// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "net/socket.h"
#include "support/check_suite.h"

using namespace rtspcore;
using net::SocketError;

namespace {

// Whether a client of that family gets through to `port` of this machine.
bool connects(int family, const char *host, uint16_t port) {
    const UniqueFd client(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 raw;
    const socklen_t size = net::SocketAddress::parse(host, port)->to_sockaddr(family, raw);
    return ::connect(client.get(), reinterpret_cast<const sockaddr *>(&raw), size) == 0;
}

bool has_ipv6() {
    return net::bind_socket("::1", 0, SOCK_DGRAM).ok();
}

}  // namespace

START_TEST(test_socket_bind_takes_a_free_port_and_tells_it) {
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
        const auto bound = net::bind_socket("127.0.0.1", 0, type);
        ck_assert(bound.ok());
        ck_assert_uint_ne(bound->port, 0);
        ck_assert_int_eq(bound->family, AF_INET);
        ck_assert(fcntl(bound->fd.get(), F_GETFL) & O_NONBLOCK);
        ck_assert(fcntl(bound->fd.get(), F_GETFD) & FD_CLOEXEC);
    }
}
END_TEST

START_TEST(test_socket_bind_errors_have_a_code_and_a_message) {
    const auto taken = net::listen_on("127.0.0.1", 0);
    ck_assert(taken.ok());
    const struct {
        const char *address;
        uint16_t port;
        SocketError code;
    } kCases[] = {
        {"127.0.0.1", taken->port, SocketError::InUse}, {"", taken->port, SocketError::InUse},
        {"192.0.2.1", 0, SocketError::NotAvailable},  // TEST-NET-1 is nobody's
        {"localhost", 0, SocketError::BadAddress},      {"127.0.0.1:8554", 0, SocketError::BadAddress},
    };
    for (const auto &test : kCases) {
        const auto bound = net::listen_on(test.address, test.port);
        ck_assert_msg(!bound.ok() && bound.error().code == test.code, "'%s'", test.address);
        ck_assert_msg(!bound.error().message.empty(), "'%s'", test.address);
    }
    ck_assert(net::listen_on("localhost", 0).error().message.find("localhost") != std::string::npos);
}
END_TEST

// libcheck runs each test in a process of its own, so the privilege is given up for this one only.
START_TEST(test_socket_bind_below_1024_without_privilege_is_denied) {
    if (geteuid() == 0 && seteuid(65534) != 0)
        return;
    const auto bound = net::listen_on("127.0.0.1", 554);
    const bool ports_are_free_for_all = bound.ok();  // net.ipv4.ip_unprivileged_port_start, as containers have it
    if (!ports_are_free_for_all)
        ck_assert(bound.error().code == SocketError::Denied);
    if (getuid() == 0)
        ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(test_socket_without_address_listens_to_both_families) {
    const auto bound = net::listen_on("", 0);
    ck_assert(bound.ok());
    ck_assert(connects(AF_INET, "127.0.0.1", bound->port));
    if (has_ipv6())
        ck_assert(connects(AF_INET6, "::1", bound->port));
}
END_TEST

START_TEST(test_socket_listens_to_its_address_only) {
    const auto bound = net::listen_on("127.0.0.1", 0);
    ck_assert(connects(AF_INET, "127.0.0.1", bound->port));
    ck_assert(!connects(AF_INET, "127.0.0.2", bound->port));
}
END_TEST

// A server that restarts finds connections of its predecessor in TIME-WAIT.
START_TEST(test_socket_listens_again_at_once_after_serving) {
    uint16_t port = 0;
    {
        const auto first = net::listen_on("127.0.0.1", 0);
        port = first->port;
        const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in6 raw;
        const socklen_t size = net::SocketAddress::parse("127.0.0.1", port)->to_sockaddr(AF_INET, raw);
        ck_assert_int_eq(::connect(client.get(), reinterpret_cast<const sockaddr *>(&raw), size), 0);
        const UniqueFd served(::accept4(first->fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
        ck_assert(static_cast<bool>(served));
    }
    ck_assert(net::listen_on("127.0.0.1", port).ok());
}
END_TEST

int main() {
    return test::run_suite("socket", {
                                         test_socket_bind_takes_a_free_port_and_tells_it,
                                         test_socket_bind_errors_have_a_code_and_a_message,
                                         test_socket_bind_below_1024_without_privilege_is_denied,
                                         test_socket_without_address_listens_to_both_families,
                                         test_socket_listens_to_its_address_only,
                                         test_socket_listens_again_at_once_after_serving,
                                     });
}

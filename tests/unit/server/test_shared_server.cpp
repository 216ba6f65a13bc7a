// SPDX-License-Identifier: LGPL-2.1-or-later
#include <atomic>
#include <thread>
#include <vector>

#include "net/socket.h"
#include "server/server.h"
#include "support/certificates.h"
#include "support/check_suite.h"
#include "support/free_port.h"
#include "support/temporary_folder.h"

using namespace rtspcore;
using server::Server;
using server::ServerConfig;
using server::ServerError;
using server::shared_server;
using test::free_port;

namespace {

ServerConfig config_of(uint16_t port) {
    ServerConfig config;
    config.address = "127.0.0.1";
    config.port = port;
    config.io_threads = 1;
    return config;
}

bool is_free(uint16_t port) {
    return net::listen_on("127.0.0.1", port).ok();
}

std::shared_ptr<Server> open(uint16_t port) {
    auto server = shared_server(config_of(port));
    ck_assert_msg(server.ok(), "%s", server.ok() ? "" : server.error().message.c_str());
    return *server;
}

}  // namespace

START_TEST(test_shared_server_is_one_for_a_port) {
    const uint16_t port = free_port();
    const auto first = open(port);
    const auto second = open(port);
    ck_assert(first == second);
    ck_assert_uint_eq(first->port(), port);
}
END_TEST

START_TEST(test_shared_server_port_is_free_once_its_last_user_has_gone) {
    const uint16_t port = free_port();
    auto first = open(port);
    auto second = open(port);
    first.reset();
    ck_assert(!is_free(port));
    second.reset();
    ck_assert(is_free(port));
    ck_assert_uint_eq(open(port)->port(), port);
}
END_TEST

START_TEST(test_shared_server_of_port_zero_is_nobody_elses) {
    const auto first = open(0);
    const auto second = open(0);
    ck_assert(first != second);
    ck_assert_uint_ne(first->port(), 0);
    ck_assert_uint_ne(first->port(), second->port());
}
END_TEST

START_TEST(test_shared_server_prepares_once_before_it_serves) {
    const uint16_t port = free_port();
    int prepared = 0;
    const auto prepare = [&](server::MountTable &mounts) {
        ++prepared;
        mounts.set_undecided_pads(&prepared, 1);
    };
    const auto first = shared_server(config_of(port), prepare);
    const auto second = shared_server(config_of(port), prepare);
    ck_assert_int_eq(prepared, 1);
    ck_assert((*second)->mounts().find("/test").pending);
}
END_TEST

START_TEST(test_shared_server_errors_are_told_and_leave_nothing) {
    const auto taken = net::listen_on("127.0.0.1", 0);
    const auto refused = shared_server(config_of(taken->port));
    ck_assert(!refused.ok() && refused.error().code == ServerError::PortTaken);
    ServerConfig nowhere = config_of(free_port());
    nowhere.address = "192.0.2.1";
    ck_assert(shared_server(nowhere).error().code == ServerError::AddressNotAvailable);
    nowhere.address = "nowhere";
    ck_assert(shared_server(nowhere).error().code == ServerError::BadAddress);
    ServerConfig ports = config_of(free_port());
    ports.udp_ports = {taken->port, taken->port};  // no room for a pair
    const auto without_udp = shared_server(ports);
    ck_assert(!without_udp.ok() && without_udp.error().code == ServerError::NoUdpPorts);
    ck_assert(is_free(ports.port));
    ports.allow_udp = false;
    ck_assert(shared_server(ports).ok());
}
END_TEST

// Nobody is served in the clear who asked for TLS because another was first.
START_TEST(test_shared_server_is_not_shared_with_other_tls_settings) {
    const test::TemporaryFolder folder;
    const test::Certificate certificate("localhost");
    certificate.write_certificate(folder / "certificate.pem");
    certificate.write_key(folder / "key.pem");
    ServerConfig plain = config_of(free_port());
    ServerConfig secure = plain;
    secure.tls = {server::TlsMode::Required, {folder / "certificate.pem", folder / "key.pem", ""}, {}};
    const auto first = shared_server(plain);
    const auto other = shared_server(secure);
    ck_assert(!other.ok() && other.error().code == ServerError::SecuredOtherwise);
    secure.port = free_port();
    const auto own = shared_server(secure);
    ck_assert(own.ok() && *shared_server(secure) == *own);
}
END_TEST

// Nor openly what should have a password; who brings no rules takes those that are there.
START_TEST(test_shared_server_is_not_shared_with_other_rules_of_access) {
    const uint16_t port = free_port();
    ServerConfig closed = config_of(port);
    closed.access.users.emplace();
    {
        const auto open_to_all = shared_server(config_of(port));
        const auto other = shared_server(closed);
        ck_assert(!other.ok() && other.error().code == ServerError::SharedAccess);
    }
    const auto first = shared_server(closed);
    ck_assert(first.ok() && *shared_server(config_of(port)) == *first);
}
END_TEST

// Each gets the server, whoever closes it meanwhile.
START_TEST(test_shared_server_opened_and_closed_by_several_threads) {
    const uint16_t port = free_port();
    std::atomic<int> failures{0};
    std::vector<std::thread> users;
    for (int i = 0; i < 3; ++i)
        users.emplace_back([&failures, port] {
            for (int round = 0; round < 60; ++round) {
                const auto server = shared_server(config_of(port));
                if (!server.ok() || (*server)->port() != port)
                    ++failures;
            }
        });
    for (std::thread &user : users)
        user.join();
    ck_assert_int_eq(failures, 0);
    ck_assert(is_free(port));
}
END_TEST

int main() {
    return test::run_suite("shared_server", {
                                                test_shared_server_is_one_for_a_port,
                                                test_shared_server_port_is_free_once_its_last_user_has_gone,
                                                test_shared_server_of_port_zero_is_nobody_elses,
                                                test_shared_server_prepares_once_before_it_serves,
                                                test_shared_server_errors_are_told_and_leave_nothing,
                                                test_shared_server_is_not_shared_with_other_tls_settings,
                                                test_shared_server_is_not_shared_with_other_rules_of_access,
                                                test_shared_server_opened_and_closed_by_several_threads,
                                            });
}

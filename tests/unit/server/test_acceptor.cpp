// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/live_server.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using test::eventually;
using test::LiveServer;
using test::RtspPeer;

namespace {

constexpr unsigned kMost = 6;

server::ServerConfig config_of(unsigned threads) {
    auto config = test::local_config(threads);
    config.max_connections = kMost;
    return config;
}

// Takes every descriptor that the process may have, also those that others give up.
class GreedyThread {
public:
    GreedyThread() {
        getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit few{kMostDescriptors, before_.rlim_max};
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
        thread_ = std::thread([this] { take(); });
        ck_assert(eventually([this] { return has_all_.load(); }));
    }
    ~GreedyThread() {
        ends_ = true;
        thread_.join();
        setrlimit(RLIMIT_NOFILE, &before_);
    }

private:
    static constexpr rlim_t kMostDescriptors = 200;
    void take() {
        std::vector<UniqueFd> taken;
        while (!ends_) {
            UniqueFd one(::dup(STDIN_FILENO));
            has_all_ = has_all_ || !one;
            if (one)
                taken.push_back(std::move(one));
        }
    }

    rlimit before_{};
    std::atomic<bool> has_all_{false};
    std::atomic<bool> ends_{false};
    std::thread thread_;
};

}  // namespace

START_TEST(test_acceptor_silent_connections_make_room_for_viewers) {
    LiveServer live(config_of(1));
    live.gop();
    std::vector<RtspPeer> silent;
    for (unsigned i = 0; i < 3 * kMost; ++i)
        silent.push_back(live.connect());
    RtspPeer viewer = live.connect();
    test::play_tcp(viewer);
    ck_assert(silent.front().is_closed_by_server());
    ck_assert(eventually([&] { return live.server->statistics().connections <= kMost; }));
    ck_assert_uint_eq(live.server->statistics().connections_total, 3 * kMost + 1);
    live.picture();
    ck_assert(viewer.frame().has_value());
}
END_TEST

START_TEST(test_acceptor_viewers_make_room_for_nobody) {
    LiveServer live(config_of(1));
    live.gop();
    std::vector<RtspPeer> viewers;
    for (unsigned i = 0; i < kMost; ++i) {
        viewers.push_back(live.connect());
        test::play_tcp(viewers.back());
    }
    RtspPeer late = live.connect();
    ck_assert(late.is_closed_by_server());
    ck_assert(eventually([&] { return live.server->statistics().connections_refused == 1; }));
    ck_assert_uint_eq(live.server->statistics().connections, kMost);
    live.picture();
    for (RtspPeer &viewer : viewers)
        ck_assert(viewer.frame().has_value());
}
END_TEST

// Whichever thread the silent ones are on.
START_TEST(test_acceptor_silent_connections_of_any_thread_make_room) {
    LiveServer live(config_of(2));
    live.gop();
    std::vector<RtspPeer> viewers;
    std::vector<RtspPeer> silent;
    for (unsigned i = 0; i < kMost / 2; ++i) {
        viewers.push_back(live.connect());
        test::play_tcp(viewers.back());
        silent.push_back(live.connect());
        ck_assert(eventually([&] { return live.server->statistics().connections == 2 * (i + 1); }));
    }
    RtspPeer late = live.connect();
    test::play_tcp(late);
    ck_assert(silent.front().is_closed_by_server());
    ck_assert_uint_eq(live.server->statistics().connections_refused, 0);
}
END_TEST

START_TEST(test_acceptor_shares_connections_among_threads) {
    LiveServer live(config_of(3));
    live.gop();
    std::vector<RtspPeer> viewers;
    std::vector<unsigned> of_thread(3);
    for (unsigned i = 0; i < kMost; ++i) {
        viewers.push_back(live.connect());
        ++of_thread[static_cast<size_t>(std::stoi(test::set_up_tcp(viewers.back()).substr(0, 2), nullptr, 16))];
    }
    for (const unsigned count : of_thread)
        ck_assert_uint_eq(count, kMost / 3);
}
END_TEST

// The thread that accepts serves viewers, too.
START_TEST(test_acceptor_rests_while_others_take_every_descriptor) {
    constexpr unsigned kClients = 30;
    LiveServer live(config_of(1));
    std::vector<UniqueFd> clients;
    for (unsigned i = 0; i < kClients; ++i)
        clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    {
        const GreedyThread greedy;
        sockaddr_in6 raw;
        const socklen_t size = net::SocketAddress::parse("127.0.0.1", live.port())->to_sockaddr(AF_INET, raw);
        for (const UniqueFd &client : clients)
            ck_assert_int_eq(::connect(client.get(), reinterpret_cast<const sockaddr *>(&raw), size), 0);
        test::spend(300ms);
        ck_assert_uint_le(live.server->statistics().connections_refused, kClients);
    }
    clients.clear();
    ck_assert_int_eq(live.connect().request("OPTIONS", "*").status, 200);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("acceptor", {
                                           test_acceptor_silent_connections_make_room_for_viewers,
                                           test_acceptor_viewers_make_room_for_nobody,
                                           test_acceptor_silent_connections_of_any_thread_make_room,
                                           test_acceptor_shares_connections_among_threads,
                                           test_acceptor_rests_while_others_take_every_descriptor,
                                       });
}

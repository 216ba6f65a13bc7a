// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <string>
#include <vector>

#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/live_server.h"

using namespace rtspcore;
using test::eventually;
using test::LiveServer;
using test::RtspPeer;

namespace {

constexpr unsigned kMost = 6;

server::ServerConfig config_of(unsigned threads) {
    auto config = test::local_config();
    config.io_threads = threads;
    config.max_connections = kMost;
    return config;
}

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

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("acceptor", {
                                           test_acceptor_silent_connections_make_room_for_viewers,
                                           test_acceptor_viewers_make_room_for_nobody,
                                           test_acceptor_silent_connections_of_any_thread_make_room,
                                           test_acceptor_shares_connections_among_threads,
                                       });
}

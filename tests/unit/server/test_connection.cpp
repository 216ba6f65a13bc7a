// SPDX-License-Identifier: LGPL-2.1-or-later
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <string>

#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/deadline.h"
#include "support/live_server.h"
#include "support/secure_server.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using test::eventually;
using test::LiveServer;
using test::RtspPeer;
using test::session_header;

namespace {

std::string options(unsigned sequence) {
    return "OPTIONS * RTSP/1.0\r\nCSeq: " + std::to_string(sequence) + "\r\n\r\n";
}

void assert_answer(RtspPeer &peer, unsigned sequence, int status = 200) {
    const auto answer = peer.response();
    ck_assert_int_eq(answer.status, status);
    test::assert_text(answer.header("cseq"), std::to_string(sequence));
}

size_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    size_t total = 0;
    size_t resident = 0;
    file >> total >> resident;
    return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// Of the connection that was accepted at that port of this process.
unsigned user_timeout_ms(uint16_t port) {
    for (int fd = 0; fd < 1024; ++fd) {
        sockaddr_storage raw{};
        socklen_t size = sizeof raw;
        const bool is_connected = getpeername(fd, reinterpret_cast<sockaddr *>(&raw), &size) == 0;
        size = sizeof raw;
        if (!is_connected || getsockname(fd, reinterpret_cast<sockaddr *>(&raw), &size) != 0)
            continue;
        const auto local = net::SocketAddress::from(reinterpret_cast<sockaddr *>(&raw));
        unsigned timeout = 0;
        size = sizeof timeout;
        if (local && local->port() == port && getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, &size) == 0)
            return timeout;
    }
    return 0;
}

server::ServerConfig impatient_config() {
    auto config = test::local_config();
    config.request_timeout = 1s;
    config.session_timeout = 1s;
    return config;
}

}  // namespace

START_TEST(test_connection_answers_pipelined_requests_in_order) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    std::string all;
    for (unsigned i = 1; i <= 50; ++i)
        all +=
            i % 5 == 0 ? "DESCRIBE rtsp://host/test RTSP/1.0\r\nCSeq: " + std::to_string(i) + "\r\n\r\n" : options(i);
    peer.send(all);
    for (unsigned i = 1; i <= 50; ++i)
        assert_answer(peer, i);
}
END_TEST

START_TEST(test_connection_takes_a_whole_dialogue_in_one_write_and_byte_by_byte) {
    LiveServer live;
    live.gop();
    RtspPeer first = live.connect();
    const std::string session = test::set_up_tcp(first);
    const std::string rest = "PLAY rtsp://host/test RTSP/1.0\r\nCSeq: 90\r\nSession: " + session +
                             "\r\n\r\nGET_PARAMETER rtsp://host/test RTSP/1.0\r\nCSeq: 91\r\nSession: " + session +
                             "\r\n\r\nTEARDOWN rtsp://host/test RTSP/1.0\r\nCSeq: 92\r\nSession: " + session +
                             "\r\n\r\n";
    first.send(rest);
    for (const unsigned sequence : {90u, 91u, 92u})
        assert_answer(first, sequence);

    RtspPeer second = live.connect();
    for (const char byte : options(7) + "\r\n\r\n" + options(8))
        second.send(std::string_view(&byte, 1));
    assert_answer(second, 7);
    assert_answer(second, 8);
}
END_TEST

START_TEST(test_connection_answers_among_media) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    const std::string header = session_header(test::play_tcp(peer));
    for (int i = 0; i < 50; ++i) {
        live.picture(5);
        ck_assert_int_eq(peer.request("GET_PARAMETER", peer.uri("/test"), header).status, 200);
    }
}
END_TEST

START_TEST(test_connection_malformed_request_is_answered_and_the_next_one_served) {
    LiveServer live;
    RtspPeer peer = live.connect();
    peer.send("OPTIONS *\r\nCSeq: 1\r\n\r\n" + options(2));
    ck_assert_int_eq(peer.response().status, 400);
    assert_answer(peer, 2);
    ck_assert_uint_eq(live.server->statistics().bad_requests, 1);
}
END_TEST

START_TEST(test_connection_ends_where_the_next_request_cannot_be_found) {
    LiveServer live;
    RtspPeer peer = live.connect();
    peer.send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999999\r\n\r\n" + options(2));
    ck_assert_int_eq(peer.response().status, 413);
    ck_assert(peer.is_closed_by_server());
}
END_TEST

START_TEST(test_connection_ignores_interleaved_data_of_nobody) {
    LiveServer live;
    RtspPeer peer = live.connect();
    peer.send(std::string("$\x09\x00\x03"
                          "abc",
                          7) +
              options(3));
    assert_answer(peer, 3);
    ck_assert_uint_eq(live.server->statistics().rtcp_dropped, 1);
}
END_TEST

START_TEST(test_connection_of_a_client_that_only_reads_on_is_answered) {
    LiveServer live;
    RtspPeer peer = live.connect();
    peer.send(options(1));
    peer.shut_down_sending();
    assert_answer(peer, 1);
    ck_assert(peer.is_closed_by_server());
}
END_TEST

START_TEST(test_connection_that_says_nothing_ends) {
    LiveServer live(impatient_config());
    RtspPeer peer = live.connect();
    ck_assert(peer.is_closed_by_server());
    ck_assert(eventually([&] { return live.server->statistics().connections == 0; }));
}
END_TEST

START_TEST(test_connection_that_never_ends_its_request_ends) {
    LiveServer live(impatient_config());
    live.gop();
    RtspPeer peer = live.connect();
    ck_assert_int_eq(peer.request("OPTIONS", "*").status, 200);
    peer.send("DESCRIBE rtsp://host/test RTSP/1.0\r\nCSeq: 2\r\n");
    const bool closed = eventually([&] {
        peer.send("X");  // slowly, so that it is not idle
        return live.server->statistics().connections == 0;
    });
    ck_assert(closed);
}
END_TEST

START_TEST(test_connection_of_a_viewer_that_is_silent_stays) {
    auto config = impatient_config();
    config.session_timeout = 60s;
    LiveServer live(config);
    live.gop();
    RtspPeer viewer = live.connect();
    test::play_tcp(viewer);
    RtspPeer idle = live.connect();
    ck_assert_msg(idle.is_closed_by_server(), "until this one was too silent");
    ck_assert(eventually([&] { return live.server->statistics().connections == 1; }));
    live.picture();
    ck_assert(viewer.frame().has_value());
}
END_TEST

// Who watches that way is cut by its session's time-out, not by the kernel before.
START_TEST(test_connection_may_take_nothing_as_long_as_its_session_may) {
    const std::pair<std::chrono::seconds, unsigned> cases[] = {{1s, 60'000}, {60s, 60'000}, {300s, 300'000}};
    for (const auto &[session_timeout, expected_ms] : cases) {
        auto config = test::local_config();
        config.session_timeout = session_timeout;
        LiveServer live(config);
        RtspPeer peer = live.connect();
        ck_assert_int_eq(peer.request("OPTIONS", "*").status, 200);
        ck_assert_uint_eq(user_timeout_ms(live.port()), expected_ms);
    }
}
END_TEST

START_TEST(test_connection_that_does_not_read_its_answers_ends) {
    LiveServer live;
    RtspPeer peer = live.connect();
    std::string many;
    for (unsigned i = 0; i < 1000; ++i)
        many += options(i);
    const bool closed = eventually([&] {
        peer.send(many);
        return live.server->statistics().connections == 0;
    });
    ck_assert(closed);
}
END_TEST

// A viewer that reads nothing, not even its BYE, but sends.
START_TEST(test_connection_that_is_to_end_keeps_nothing_of_what_comes) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    test::play_tcp(peer);
    for (int i = 0; i < 300; ++i)
        live.key_unit(1000);
    live.server->mounts().remove_all(&live);
    const size_t before = resident_bytes();
    const std::string much(1 << 20, 'x');
    for (int i = 0; i < 96; ++i)
        peer.send(much);
    ck_assert_uint_lt(resident_bytes(), before + (48u << 20));
}
END_TEST

START_TEST(test_connection_that_changes_its_keys_all_the_time_disturbs_nobody) {
    test::SecureServer server(server::SrtpMode::Off);
    server.live.key_unit();
    RtspPeer viewer = server.connect();
    test::play_tcp(viewer, 1);
    uint16_t last = viewer.rtp_frame().sequence();
    RtspPeer other = server.connect();
    ck_assert_int_eq(other.request("OPTIONS", "*").status, 200);
    for (int i = 0; i < 1000; ++i) {
        other.update_keys();
        server.live.picture();
        ck_assert_uint_eq(viewer.rtp_frame().sequence(), ++last);
    }
    ck_assert_int_eq(other.request("OPTIONS", "*").status, 200);
}
END_TEST

START_TEST(test_describe_waits_until_the_mount_is_complete) {
    LiveServer live;
    live.gop();
    live.server->mounts().set_complete(&live, "/test", false);
    RtspPeer waiting = live.connect();
    waiting.send_request("DESCRIBE", waiting.uri("/test"));
    waiting.send(options(17));
    RtspPeer other = live.connect();
    ck_assert_msg(other.request("OPTIONS", "*").status == 200, "nobody else waits");
    live.server->mounts().set_complete(&live, "/test", true);
    const auto answer = waiting.response();
    ck_assert_int_eq(answer.status, 200);
    ck_assert(answer.body.find("m=audio") != std::string::npos);
    assert_answer(waiting, 17);
    ck_assert_uint_eq(live.server->statistics().requests, 3);
}
END_TEST

START_TEST(test_describe_waits_for_a_mount_that_could_still_come) {
    LiveServer live;
    const int element = 0;
    live.server->mounts().set_undecided_pads(&element, 1);
    RtspPeer peer = live.connect();
    peer.send_request("DESCRIBE", peer.uri("/late"));
    const auto late = media::Mount::create("/late", {});
    late->add_track(test::video_config());
    ck_assert(eventually([&] { return live.server->statistics().requests == 1; }));
    ck_assert(live.server->mounts().add(&element, late, true).ok());
    ck_assert_int_eq(peer.response().status, 200);
}
END_TEST

START_TEST(test_describe_is_answered_with_what_there_is_at_its_deadline) {
    auto config = test::local_config();
    config.describe_wait = 100ms;
    LiveServer live(config);
    live.server->mounts().set_complete(&live, "/test", false);
    live.server->mounts().set_undecided_pads(&live, 1);
    RtspPeer peer = live.connect();
    ck_assert_int_eq(peer.request("DESCRIBE", peer.uri("/test")).status, 200);
    ck_assert_int_eq(peer.request("DESCRIBE", peer.uri("/none")).status, 404);
}
END_TEST

START_TEST(test_describe_of_what_does_not_begin_is_refused_for_now) {
    auto config = test::local_config();
    config.describe_wait = 100ms;
    LiveServer live(config);
    const int element = 0;
    std::atomic<unsigned> waiting{0};
    std::atomic<unsigned> most{0};
    live.server->mounts().set_expected(&element, {{"/late",
                                                   {[&](const server::MountTable::Demand &demand) {
                                                        waiting = demand.waiting;
                                                        most = std::max(most.load(), demand.waiting);
                                                    },
                                                    {}}}});
    RtspPeer peer = live.connect();
    const auto response = peer.request("DESCRIBE", peer.uri("/late"));
    ck_assert_int_eq(response.status, 503);
    test::assert_text(response.header("retry-after"), "1");
    ck_assert_uint_eq(most, 1);
    ck_assert(eventually([&] { return waiting == 0; }));
    live.server->mounts().remove_all(&element);
}
END_TEST

// What changes elsewhere does not put the deadline off.
START_TEST(test_describe_deadline_is_that_of_the_request) {
    auto config = test::local_config();
    config.describe_wait = 300ms;
    LiveServer live(config);
    const int element = 0;
    live.server->mounts().set_undecided_pads(&element, 1);
    RtspPeer peer = live.connect();
    peer.send_request("DESCRIBE", peer.uri("/none"));
    const bool answered = eventually([&] {
        live.server->mounts().set_complete(&live, "/test", live.server->mounts().find("/test").pending);
        return peer.has_input();
    });
    ck_assert(answered);
    ck_assert_int_eq(peer.response().status, 404);
}
END_TEST

START_TEST(test_connection_that_goes_while_its_request_waits_is_let_go) {
    LiveServer live;
    live.server->mounts().set_complete(&live, "/test", false);
    {
        RtspPeer peer = live.connect();
        peer.send_request("DESCRIBE", peer.uri("/test"));
        ck_assert(eventually([&] { return live.server->statistics().requests == 1; }));
    }
    ck_assert(eventually([&] { return live.server->statistics().connections == 0; }));
    live.server->mounts().set_complete(&live, "/test", true);
    RtspPeer other = live.connect();
    ck_assert_int_eq(other.request("OPTIONS", "*").status, 200);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("connection", {
                                             test_connection_answers_pipelined_requests_in_order,
                                             test_connection_takes_a_whole_dialogue_in_one_write_and_byte_by_byte,
                                             test_connection_answers_among_media,
                                             test_connection_malformed_request_is_answered_and_the_next_one_served,
                                             test_connection_ends_where_the_next_request_cannot_be_found,
                                             test_connection_ignores_interleaved_data_of_nobody,
                                             test_connection_of_a_client_that_only_reads_on_is_answered,
                                             test_connection_that_says_nothing_ends,
                                             test_connection_that_never_ends_its_request_ends,
                                             test_connection_of_a_viewer_that_is_silent_stays,
                                             test_connection_may_take_nothing_as_long_as_its_session_may,
                                             test_connection_that_does_not_read_its_answers_ends,
                                             test_connection_that_is_to_end_keeps_nothing_of_what_comes,
                                             test_connection_that_changes_its_keys_all_the_time_disturbs_nobody,
                                             test_describe_waits_until_the_mount_is_complete,
                                             test_describe_waits_for_a_mount_that_could_still_come,
                                             test_describe_of_what_does_not_begin_is_refused_for_now,
                                             test_describe_is_answered_with_what_there_is_at_its_deadline,
                                             test_describe_deadline_is_that_of_the_request,
                                             test_connection_that_goes_while_its_request_waits_is_let_go,
                                         });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/guarded.h"
#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/live_server.h"
#include "support/websocket_client.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using test::LiveServer;
using test::RtspPeer;

namespace {

constexpr uint8_t kBinary = 0x82;

std::string base64(const std::string &text) {
    const std::unique_ptr<gchar, decltype(&g_free)> encoded(
        g_base64_encode(reinterpret_cast<const guchar *>(text.data()), text.size()), g_free);
    return encoded.get();
}

std::string head(const std::string &method, const std::string &cookie) {
    return method + " /test HTTP/1.0\r\nx-sessioncookie: " + cookie + "\r\n\r\n";
}

// Both halves of an HTTP tunnel.
struct Tunnel {
    explicit Tunnel(const LiveServer &live, const std::string &cookie = "cookie")
        : get(live.connect()), post(live.connect()) {
        get.send(head("GET", cookie));
        ck_assert_int_eq(get.response().status, 200);
        post.send(head("POST", cookie));
    }
    void say(const std::string &method, const std::string &path, const std::string &headers = {}) {
        post.send(base64(method + " " + (path == "*" ? path : get.uri(path)) +
                         " RTSP/1.0\r\nCSeq: " + std::to_string(++sequence) + "\r\n" + headers + "\r\n"));
    }
    RtspPeer::Response ask(const std::string &method, const std::string &path, const std::string &headers = {}) {
        say(method, path, headers);
        auto answer = get.response();
        ck_assert_msg(answer.header("cseq") == std::to_string(sequence), "%s %s", method.c_str(), answer.text.c_str());
        return answer;
    }
    std::string set_up(const std::string &proof = {}) {
        const auto answer = ask("SETUP", "/test/stream=0", test::tcp_transport(0) + proof);
        ck_assert_int_eq(answer.status, 200);
        return test::session_header(answer.session());
    }

    RtspPeer get;
    RtspPeer post;
    unsigned sequence = 0;
};

server::ServerConfig many_threads() {
    auto config = test::local_config();
    config.io_threads = 4;
    return config;
}

server::ServerConfig impatient() {
    auto config = test::local_config();
    config.request_timeout = 1s;
    config.session_timeout = 1s;
    return config;
}

}  // namespace

START_TEST(test_http_connection_tunnels_meet_across_threads_and_leave_with_the_server) {
    LiveServer live(many_threads());
    live.gop();
    std::vector<std::unique_ptr<Tunnel>> tunnels;
    for (int i = 0; i < 9; ++i) {
        tunnels.push_back(std::make_unique<Tunnel>(live, "cookie" + std::to_string(i)));
        const std::string session = tunnels.back()->set_up();
        ck_assert_int_eq(tunnels.back()->ask("PLAY", "/test", session).status, 200);
        ck_assert(tunnels.back()->get.frame().has_value());
    }
    ck_assert_uint_eq(live.server->statistics().connections, 18);
    live.server.reset();
    for (const auto &tunnel : tunnels) {
        ck_assert(tunnel->get.is_closed_by_server());
        ck_assert(tunnel->post.is_closed_by_server());
    }
}
END_TEST

// Nothing of a client is handled before what it said earlier, however long that takes.
START_TEST(test_http_connection_parked_request_holds_up_the_post_half) {
    LiveServer live(many_threads());
    Tunnel tunnel(live);
    const std::string session = tunnel.set_up();
    tunnel.say("PLAY", "/test", session);
    for (int i = 0; i < 5; ++i)
        tunnel.say("OPTIONS", "/test");
    live.gop();
    for (unsigned sequence = 2; sequence <= 7; ++sequence) {
        const auto answer = tunnel.get.response();
        ck_assert_int_eq(answer.status, 200);
        ck_assert(answer.header("cseq") == std::to_string(sequence));
    }
}
END_TEST

START_TEST(test_http_connection_post_half_lives_as_long_as_its_get_half) {
    LiveServer live(impatient());
    live.gop();
    Tunnel tunnel(live);
    const std::string session = tunnel.set_up();
    ck_assert_int_eq(tunnel.ask("PLAY", "/test", session).status, 200);
    const auto end = std::chrono::steady_clock::now() + 3s;
    ck_assert(test::eventually([&] {
        live.picture();
        return std::chrono::steady_clock::now() > end;
    }));
    ck_assert_int_eq(tunnel.ask("GET_PARAMETER", "/test", session).status, 200);
    tunnel.get.close();
    ck_assert(tunnel.post.is_closed_by_server());
    ck_assert(test::eventually([&] { return live.server->statistics().connections == 0; }));
}
END_TEST

// Those who were let in over a tunnel are not counted among those who were not.
START_TEST(test_http_connection_post_halves_are_no_strangers) {
    auto config = test::local_config();
    config.access.users = server::access::Users::from_list("user:pass", "test")->users;
    config.access.max_strangers = 2;
    LiveServer live(config);
    std::vector<std::unique_ptr<Tunnel>> tunnels;
    for (int i = 0; i < 4; ++i) {
        tunnels.push_back(std::make_unique<Tunnel>(live, "cookie" + std::to_string(i)));
        tunnels.back()->set_up("Authorization: Basic dXNlcjpwYXNz\r\n");
    }
    RtspPeer peer = live.connect();
    ck_assert_int_eq(peer.request("OPTIONS", "*").status, 200);
    for (const auto &tunnel : tunnels)
        ck_assert_int_eq(tunnel->ask("OPTIONS", "*").status, 200);
}
END_TEST

START_TEST(test_http_connection_that_never_asks_is_closed) {
    LiveServer live(impatient());
    RtspPeer nothing = live.connect();
    nothing.send("GE");
    RtspPeer half_a_head = live.connect();
    half_a_head.send("GET / HTTP/1.1\r\nHost: h\r\n");
    RtspPeer half_a_tunnel = live.connect();
    half_a_tunnel.send(head("GET", "lonely"));
    const Tunnel silent(live);
    RtspPeer websocket = live.connect();
    websocket.send(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: rtsp.onvif.org\r\n\r\n");
    ck_assert_int_eq(websocket.response().status, 101);
    ck_assert(test::eventually([&] { return live.server->statistics().connections == 0; }));
    ck_assert_int_eq(half_a_tunnel.response().status, 200);
    ck_assert(half_a_tunnel.is_closed_by_server());
}
END_TEST

START_TEST(test_http_connection_websocket_may_ask_for_what_is_served_elsewhere) {
    const auto taken = std::make_shared<Guarded<std::string>>();
    const auto other = std::make_shared<const server::Fallback>(
        [taken](const server::HandedOver &connection) { *taken->lock() = connection.begun; });
    LiveServer live;
    live.server->set_fallback(other);
    const std::string describe = "DESCRIBE rtsp://h/file RTSP/1.0\r\nCSeq: 1\r\n\r\n";
    RtspPeer websocket = live.connect();
    websocket.send(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: rtsp.onvif.org\r\n\r\n" +
        test::client_frame(kBinary, describe));
    ck_assert_int_eq(websocket.response().status, 101);
    ck_assert(test::eventually([&] { return *taken->lock() == describe; }));

    Tunnel tunnel(live);
    ck_assert_int_eq(tunnel.ask("DESCRIBE", "/file").status, 404);
    ck_assert_int_eq(tunnel.ask("OPTIONS", "/test").status, 200);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "http_connection",
        {test_http_connection_tunnels_meet_across_threads_and_leave_with_the_server,
         test_http_connection_parked_request_holds_up_the_post_half,
         test_http_connection_post_half_lives_as_long_as_its_get_half,
         test_http_connection_post_halves_are_no_strangers, test_http_connection_that_never_asks_is_closed,
         test_http_connection_websocket_may_ask_for_what_is_served_elsewhere});
}

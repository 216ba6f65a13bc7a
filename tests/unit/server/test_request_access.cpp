// SPDX-License-Identifier: LGPL-2.1-or-later
// Who it is.
#include <chrono>
#include <string>

#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/deadline.h"
#include "support/locked_server.h"
#include "support/proof.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using test::describe;
using test::kNobody;
using test::kRight;
using test::kTransport;
using test::kWrong;
using test::LiveServer;
using test::locked_config;
using test::Proof;
using test::RtspPeer;
using test::session_header;
using test::set_up;

namespace {

std::string nonce(RtspPeer &peer) {
    return test::nonce_of(peer.request("DESCRIBE", peer.uri("/test")));
}

}  // namespace

START_TEST(test_access_without_credentials_tells_nothing_of_what_is_served) {
    LiveServer live(locked_config());
    live.gop();
    RtspPeer peer = live.connect();
    for (const char *method : {"DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN"}) {
        for (const char *path : {"/test", "/none", "/test/stream=0", "/"}) {
            const auto answer = peer.request(method, peer.uri(path), kTransport);
            ck_assert_msg(answer.status == 401, "%s %s: %d", method, path, answer.status);
            test::assert_text(answer.body, "");
        }
    }
    for (const char *method : {"OPTIONS", "GET_PARAMETER", "SET_PARAMETER"})
        ck_assert_msg(peer.request(method, peer.uri("/test")).status == 200, "%s", method);
}
END_TEST

START_TEST(test_access_challenges_are_in_the_order_that_players_need) {
    LiveServer live(locked_config());
    RtspPeer peer = live.connect();
    const auto answer = peer.request("DESCRIBE", peer.uri("/test"));
    const size_t sha256 = answer.text.find("WWW-Authenticate: Digest realm=\"rtspsink\", nonce=");
    const size_t md5 = answer.text.find("algorithm=MD5");
    const size_t basic = answer.text.find("WWW-Authenticate: Basic realm=\"rtspsink\"");
    ck_assert(answer.text.find("algorithm=SHA-256") != std::string::npos);
    ck_assert_msg(sha256 < md5 && md5 < basic && basic != std::string::npos, "%s", answer.text.c_str());
}
END_TEST

START_TEST(test_access_by_basic) {
    LiveServer live(locked_config());
    live.gop();
    RtspPeer peer = live.connect();
    ck_assert_int_eq(describe(peer, kRight), 200);
    ck_assert_int_eq(describe(peer, kWrong), 401);
    ck_assert_int_eq(describe(peer, kNobody), 401);
    ck_assert_int_eq(describe(peer, "Authorization: Basic !\r\n"), 401);
    ck_assert_int_eq(describe(peer, std::string(kRight) + kRight), 401);
    ck_assert_msg(describe(peer, kRight, "/none") == 404, "who may view learns what there is");
}
END_TEST

START_TEST(test_access_by_digest_in_both_forms) {
    for (const unsigned count : {0u, 1u, 9u}) {
        LiveServer live(locked_config());
        live.gop();
        RtspPeer peer = live.connect();
        const std::string fresh = nonce(peer);
        const std::string uri = peer.uri("/test");
        ck_assert_int_eq(describe(peer, Proof{{"user", "pass"}, fresh, uri, count}.header("DESCRIBE")), 200);
        ck_assert_int_eq(describe(peer, Proof{{"user", "wrong"}, fresh, uri, count}.header("DESCRIBE")), 401);
        ck_assert_int_eq(describe(peer, Proof{{"none", "pass"}, fresh, uri, count}.header("DESCRIBE")), 401);
        ck_assert_int_eq(describe(peer, Proof{{"user", "pass"}, fresh, uri, count}.header("SETUP")), 401);
        ck_assert_int_eq(describe(peer, Proof{{"user", "pass"}, fresh, peer.uri("/x"), count}.header("DESCRIBE")), 401);
        ck_assert_int_eq(describe(peer, Proof{{"user", "pass"}, fresh, uri, count, "else"}.header("DESCRIBE")), 401);
    }
}
END_TEST

START_TEST(test_access_replayed_digest_is_refused) {
    LiveServer live(locked_config());
    live.gop();
    RtspPeer peer = live.connect();
    const Proof proof{{"user", "pass"}, nonce(peer), peer.uri("/test"), 1};
    ck_assert_int_eq(describe(peer, proof.header("DESCRIBE")), 200);
    RtspPeer thief = live.connect();
    const auto answer = thief.request("DESCRIBE", thief.uri("/test"), proof.header("DESCRIBE"));
    ck_assert_int_eq(answer.status, 401);
    ck_assert_msg(answer.text.find("stale=true") == std::string::npos, "%s", answer.text.c_str());
}
END_TEST

START_TEST(test_access_old_nonce_is_stale_and_the_next_one_good) {
    auto config = locked_config();
    config.access.nonce_lifetime = 0s;
    LiveServer live(config);
    live.gop();
    RtspPeer peer = live.connect();
    const std::string old = nonce(peer);
    const std::string uri = peer.uri("/test");
    RtspPeer::Response answer;
    for (const Time end = monotonic_now() + 10s; answer.text.find("stale=true") == std::string::npos;) {
        ck_assert(monotonic_now() < end);
        answer = peer.request("DESCRIBE", uri, Proof{{"user", "pass"}, old, uri}.header("DESCRIBE"));
    }
    ck_assert_int_eq(answer.status, 401);
    const auto wrong = peer.request("DESCRIBE", uri, Proof{{"user", "bad"}, old, uri}.header("DESCRIBE"));
    ck_assert_msg(wrong.text.find("stale=true") == std::string::npos, "only who is right is told to try again");
}
END_TEST

START_TEST(test_access_methods_that_are_not_offered_are_not_taken) {
    auto config = locked_config();
    config.access.allow_basic = false;
    LiveServer digest_only(config);
    digest_only.gop();
    RtspPeer peer = digest_only.connect();
    const auto answer = peer.request("DESCRIBE", peer.uri("/test"), kRight);
    ck_assert_int_eq(answer.status, 401);
    ck_assert(answer.text.find("Basic") == std::string::npos);
    config.access.allow_basic = true;
    config.access.allow_digest = false;
    LiveServer basic_only(config);
    basic_only.gop();
    RtspPeer other = basic_only.connect();
    ck_assert(other.request("DESCRIBE", other.uri("/test")).text.find("Digest") == std::string::npos);
    ck_assert_int_eq(describe(other, kRight), 200);
}
END_TEST

START_TEST(test_access_credentials_that_nobody_asks_for_are_ignored) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    for (const char *header : {kRight, kWrong, "Authorization: Basic !\r\n", "Authorization: x\r\n"})
        ck_assert_msg(describe(peer, header) == 200, "%s", header);
}
END_TEST

START_TEST(test_access_session_remembers_who_made_it) {
    LiveServer live(locked_config());
    live.gop();
    RtspPeer peer = live.connect();
    const std::string session = set_up(peer, kRight);
    const std::string header = session_header(session);
    ck_assert_msg(peer.request("PLAY", peer.uri("/test"), header + kWrong).status == 401, "wrong is wrong");
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), header).status, 200);
    RtspPeer other = live.connect();
    ck_assert_int_eq(other.request("PAUSE", other.uri("/test"), header).status, 401);
    // "other:word"
    ck_assert_int_eq(
        other.request("PAUSE", other.uri("/test"), header + "Authorization: Basic b3RoZXI6d29yZA==\r\n").status, 403);
    ck_assert_int_eq(other.request("PAUSE", other.uri("/test"), header + kRight).status, 200);
    ck_assert_int_eq(peer.request("TEARDOWN", peer.uri("/test"), header).status, 200);
}
END_TEST

START_TEST(test_access_session_opens_no_other_mapping) {
    LiveServer live(locked_config());
    live.gop();
    RtspPeer peer = live.connect();
    const std::string header = session_header(set_up(peer, kRight));
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=1"), test::tcp_transport(1) + header).status, 200);
    for (const char *path : {"/none/stream=0", "/none"})
        ck_assert_int_eq(peer.request("SETUP", peer.uri(path), kTransport + header).status, 401);
    ck_assert_int_eq(peer.request("DESCRIBE", peer.uri("/none"), header).status, 401);
}
END_TEST

START_TEST(test_access_digest_survives_being_parked) {
    LiveServer live(locked_config());
    live.server->mounts().set_complete(&live, "/test", false);
    RtspPeer peer = live.connect();
    const std::string challenge = nonce(peer);
    peer.send_request("DESCRIBE", peer.uri("/test"),
                      Proof{{"user", "pass"}, challenge, peer.uri("/test"), 1}.header("DESCRIBE"));
    ck_assert(test::eventually([&] { return live.server->statistics().requests >= 2; }));
    live.server->mounts().set_complete(&live, "/test", true);
    ck_assert_int_eq(peer.response().status, 200);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "request_access",
        {test_access_without_credentials_tells_nothing_of_what_is_served,
         test_access_challenges_are_in_the_order_that_players_need, test_access_by_basic,
         test_access_by_digest_in_both_forms, test_access_replayed_digest_is_refused,
         test_access_old_nonce_is_stale_and_the_next_one_good, test_access_methods_that_are_not_offered_are_not_taken,
         test_access_credentials_that_nobody_asks_for_are_ignored, test_access_session_remembers_who_made_it,
         test_access_session_opens_no_other_mapping, test_access_digest_survives_being_parked});
}

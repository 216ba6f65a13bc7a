// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <mutex>
#include <string>

#include "server/access/token.h"
#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/live_server.h"
#include "support/proof.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using server::access::Decision;
using server::access::Failures;
using server::access::MappingPattern;
using server::access::MappingRules;
using server::access::Network;
using server::access::Question;
using server::access::Users;
using test::LiveServer;
using test::Proof;
using test::RtspPeer;
using test::session_header;

namespace {

// "user:pass"; "user:wrong"; "none:pass"
constexpr const char *kRight = "Authorization: Basic dXNlcjpwYXNz\r\n";
constexpr const char *kWrong = "Authorization: Basic dXNlcjp3cm9uZw==\r\n";
constexpr const char *kNobody = "Authorization: Basic bm9uZTpwYXNz\r\n";

Users users(const std::string &list) {
    return Users::from_list(list, "rtspsink")->users;
}

server::ServerConfig locked_config() {
    auto config = test::local_config();
    config.access.users = users("user:pass,other:word");
    return config;
}

std::string nonce(RtspPeer &peer) {
    return test::nonce_of(peer.request("DESCRIBE", peer.uri("/test")));
}

int describe(RtspPeer &peer, const std::string &headers, const std::string &path = "/test") {
    return peer.request("DESCRIBE", peer.uri(path), headers).status;
}

const std::string kTransport = "Transport: RTP/AVP/TCP;interleaved=0-1\r\n";

std::string set_up(RtspPeer &peer, const std::string &headers) {
    const auto answer = peer.request("SETUP", peer.uri("/test/stream=0"), kTransport + headers);
    ck_assert_int_eq(answer.status, 200);
    return answer.session();
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

START_TEST(test_access_users_of_a_mapping_replace_those_of_the_server) {
    LiveServer live(locked_config());
    live.gop();
    auto rules = std::make_shared<MappingRules>();
    rules->users = users("user:own");
    live.server->access().set_rules(&live, "/test", rules);
    RtspPeer peer = live.connect();
    ck_assert_int_eq(describe(peer, kRight), 401);
    ck_assert_int_eq(describe(peer, "Authorization: Basic dXNlcjpvd24=\r\n"), 200);
    const int stranger = 0;
    live.server->access().set_rules(&stranger, "/test", std::make_shared<MappingRules>());
    ck_assert_msg(describe(peer, kRight) == 401, "nobody else opens it");
    live.server->access().remove_rules(&stranger);
    live.server->access().remove_rules(&live);
    ck_assert_int_eq(describe(peer, kRight), 200);
}
END_TEST

START_TEST(test_access_rules_that_come_with_the_mount_hold_for_who_waited_for_it) {
    LiveServer live;
    const int element = 0;
    live.server->mounts().set_undecided_pads(&element, 1);
    RtspPeer peer = live.connect();
    peer.send_request("DESCRIBE", peer.uri("/late"));
    for (const Time end = monotonic_now() + 10s; live.server->statistics().requests < 1;)
        ck_assert(monotonic_now() < end);
    auto rules = std::make_shared<MappingRules>();
    rules->users = users("user:pass");
    live.server->access().set_rules(&element, "/late", rules);
    const auto late = media::Mount::create("/late", {});
    late->add_track(test::video_config());
    ck_assert(live.server->mounts().add(&element, late, true).ok());
    ck_assert_int_eq(peer.response().status, 401);
    ck_assert_int_eq(describe(peer, kRight, "/late"), 200);
}
END_TEST

START_TEST(test_access_digest_survives_being_parked) {
    LiveServer live(locked_config());
    live.server->mounts().set_complete(&live, "/test", false);
    RtspPeer peer = live.connect();
    const std::string challenge = nonce(peer);
    peer.send_request("DESCRIBE", peer.uri("/test"),
                      Proof{{"user", "pass"}, challenge, peer.uri("/test"), 1}.header("DESCRIBE"));
    for (const Time end = monotonic_now() + 10s; live.server->statistics().requests < 2;)
        ck_assert(monotonic_now() < end);
    live.server->mounts().set_complete(&live, "/test", true);
    ck_assert_int_eq(peer.response().status, 200);
}
END_TEST

START_TEST(test_access_user_limited_to_mappings_is_forbidden_others) {
    auto config = test::local_config();
    const std::string digest = rtsp::user_digest(rtsp::DigestAlgorithm::Md5, "user", "rtspsink", "pass");
    config.access.users = Users::from_htdigest("user:rtspsink:" + digest + ":/test*", "rtspsink")->users;
    LiveServer live(config);
    live.gop();
    RtspPeer peer = live.connect();
    ck_assert_int_eq(describe(peer, kRight), 200);
    ck_assert_int_eq(describe(peer, kRight, "/secret"), 403);
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/secret/stream=0"), kTransport + kRight).status, 403);
    ck_assert_uint_eq(live.server->statistics().sessions_total, 0);
}
END_TEST

namespace {

const std::string kKey = "0123456789abcdef";

std::string token_query(const char *mappings, WallTime expires) {
    return "?token=" + make_token(kKey, *MappingPattern::parse(mappings), expires);
}

}  // namespace

START_TEST(test_access_by_token) {
    auto config = test::local_config();
    config.access.token_keys = {"another key, of before", kKey};
    LiveServer live(config);
    live.gop();
    RtspPeer peer = live.connect();
    ck_assert_int_eq(describe(peer, "", "/test"), 403);
    ck_assert_int_eq(describe(peer, kRight, "/test"), 403);
    ck_assert_int_eq(describe(peer, "", "/test" + token_query("/test", wall_now() + 60s)), 200);
    ck_assert_int_eq(describe(peer, "", "/test" + token_query("/other", wall_now() + 60s)), 403);
    ck_assert_int_eq(describe(peer, "", "/test" + token_query("/test", wall_now() - 1s)), 403);
    ck_assert_int_eq(describe(peer, "", "/test?token=1.2.3"), 403);
    // As ffmpeg appends the stream, and rtspsrc puts it in.
    const std::string query = token_query("/te*", wall_now() + 60s);
    for (const std::string &uri : {"/test" + query + "/stream=0", "/test/stream=0" + query}) {
        RtspPeer viewer = live.connect();
        const auto answer = viewer.request("SETUP", viewer.uri(uri), kTransport);
        ck_assert_msg(answer.status == 200, "%s", uri.c_str());
        ck_assert_int_eq(viewer.request("PLAY", viewer.uri("/test"), session_header(answer.session())).status, 200);
    }
}
END_TEST

// rtspsrc resolves the stream's control as RFC 3986 has it, which leaves the query behind.
START_TEST(test_access_token_of_describe_is_good_for_setup_of_the_same_mapping) {
    auto config = locked_config();
    config.access.token_keys = {kKey};
    LiveServer live(config);
    live.gop();
    RtspPeer peer = live.connect();
    ck_assert_int_eq(describe(peer, "", "/test" + token_query("/test", wall_now() + 60s)), 200);
    set_up(peer, "");
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/none/stream=0"), kTransport).status, 401);
    RtspPeer other = live.connect();
    ck_assert_int_eq(other.request("SETUP", other.uri("/test/stream=0"), kTransport).status, 401);
}
END_TEST

START_TEST(test_access_token_ends_its_session) {
    auto config = test::local_config();
    config.access.token_keys = {kKey};
    LiveServer live(config);
    live.gop();
    RtspPeer peer = live.connect();
    const WallTime expires = std::chrono::ceil<std::chrono::seconds>(wall_now() + 1s);
    const auto answer = peer.request("SETUP", peer.uri("/test/stream=0" + token_query("/test", expires)), kTransport);
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(answer.session())).status, 200);
    ck_assert(peer.is_closed_by_server());
    ck_assert(wall_now() >= expires && wall_now() < expires + 2s);
    ck_assert_uint_eq(live.server->statistics().sessions, 0);
}
END_TEST

START_TEST(test_access_rules_that_change_end_sessions_of_who_is_gone) {
    LiveServer live(locked_config());
    live.gop();
    RtspPeer peer = live.connect();
    const std::string session = set_up(peer, kRight);
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(session)).status, 200);
    auto rules = std::make_shared<MappingRules>();
    rules->users = users("user:another");
    live.server->access().set_rules(&live, "/test", rules);
    ck_assert(peer.is_closed_by_server());
}
END_TEST

START_TEST(test_access_denied_address_learns_so_and_nothing_else) {
    auto config = test::local_config();
    config.access.deny = {*Network::parse("127.0.0.0/8")};
    LiveServer live(config);
    RtspPeer peer = live.connect();
    ck_assert_int_eq(peer.response().status, 403);
    ck_assert(peer.is_closed_by_server());
    ck_assert_uint_eq(live.server->statistics().connections_refused, 1);
    ck_assert_uint_eq(live.server->statistics().connections, 0);
}
END_TEST

START_TEST(test_access_is_for_allowed_addresses_only) {
    auto config = test::local_config();
    config.access.allow = {*Network::parse("127.0.0.1"), *Network::parse("192.0.2.0/24")};
    LiveServer live(config);
    RtspPeer peer = live.connect();
    ck_assert_int_eq(describe(peer, ""), 200);
    config.access.allow = {*Network::parse("192.0.2.0/24")};
    LiveServer other(config);
    RtspPeer stranger = other.connect();
    ck_assert_int_eq(stranger.response().status, 403);
}
END_TEST

START_TEST(test_access_connections_of_an_address_are_limited) {
    auto config = test::local_config();
    config.access.max_connections_per_host = 2;
    LiveServer live(config);
    RtspPeer first = live.connect();
    ck_assert_int_eq(describe(first, ""), 200);
    {
        RtspPeer second = live.connect();
        ck_assert_int_eq(describe(second, ""), 200);
        RtspPeer third = live.connect();
        ck_assert_int_eq(third.response().status, 503);
        ck_assert(third.is_closed_by_server());
    }
    for (const Time end = monotonic_now() + 10s; live.server->statistics().connections > 1;)
        ck_assert(monotonic_now() < end);
    RtspPeer fourth = live.connect();
    ck_assert_int_eq(describe(fourth, ""), 200);
}
END_TEST

START_TEST(test_access_strangers_make_room_for_newer_ones) {
    auto config = locked_config();
    config.access.max_strangers = 2;
    LiveServer live(config);
    live.gop();
    RtspPeer viewer = live.connect();
    const std::string session = set_up(viewer, kRight);
    RtspPeer oldest = live.connect();
    ck_assert_int_eq(oldest.request("OPTIONS", "*").status, 200);
    RtspPeer second = live.connect();
    ck_assert_int_eq(second.request("OPTIONS", "*").status, 200);
    RtspPeer third = live.connect();
    ck_assert_int_eq(third.request("OPTIONS", "*").status, 200);
    ck_assert(oldest.is_closed_by_server());
    ck_assert_int_eq(viewer.request("PLAY", viewer.uri("/test"), session_header(session)).status, 200);
}
END_TEST

START_TEST(test_access_too_many_sessions_are_refused) {
    auto config = test::local_config();
    config.access.max_sessions = 1;
    LiveServer live(config);
    live.gop();
    RtspPeer first = live.connect();
    test::set_up_tcp(first, 1);
    RtspPeer second = live.connect();
    ck_assert_int_eq(second.request("SETUP", second.uri("/test/stream=0"), kTransport).status, 503);
    first.close();
    for (const Time end = monotonic_now() + 10s; live.server->statistics().sessions > 0;)
        ck_assert(monotonic_now() < end);
    ck_assert_int_eq(second.request("SETUP", second.uri("/test/stream=0"), kTransport).status, 200);
}
END_TEST

START_TEST(test_access_too_many_requests_end_the_connection) {
    auto config = test::local_config();
    config.access.max_requests_a_second = 5;
    LiveServer live(config);
    RtspPeer peer = live.connect();
    int served = 0;
    for (int status = 200; status == 200 && served < 1000; ++served)
        status = peer.request("OPTIONS", "*").status;
    ck_assert_msg(served >= 10 && served < 1000, "%d", served);
    ck_assert(peer.is_closed_by_server());
}
END_TEST

START_TEST(test_access_viewer_too_many_for_the_bit_rate_is_refused) {
    auto config = test::local_config();
    config.access.max_bit_rate = 1;
    LiveServer live(config);
    live.gop();
    RtspPeer peer = live.connect();
    int status = 200;
    for (const Time end = monotonic_now() + 10s; status == 200;) {
        ck_assert(monotonic_now() < end);
        live.gop();
        RtspPeer other = live.connect();
        status = other.request("SETUP", other.uri("/test/stream=0"), kTransport).status;
    }
    ck_assert_int_eq(status, 453);
    ck_assert_int_eq(describe(peer, ""), 200);
}
END_TEST

START_TEST(test_access_guesses_on_many_connections_are_not_heard) {
    LiveServer live(locked_config());
    live.gop();
    std::vector<RtspPeer> peers;
    for (int i = 0; i < 20; ++i) {
        peers.push_back(live.connect());
        peers.back().send_request("DESCRIBE", peers.back().uri("/test"), kWrong);
    }
    for (const Time end = monotonic_now() + 10s; live.server->statistics().requests_denied < 20;)
        ck_assert(monotonic_now() < end);
    RtspPeer peer = live.connect();
    const auto answer = peer.request("DESCRIBE", peer.uri("/test"), kRight);
    ck_assert_int_eq(answer.status, 503);
    test::assert_text(answer.header("retry-after"), "30");
}
END_TEST

START_TEST(test_access_guesses_are_slowed_down) {
    LiveServer live(locked_config());
    live.gop();
    RtspPeer peer = live.connect();
    for (unsigned i = 0; i < Failures::kFree; ++i)
        ck_assert_int_eq(describe(peer, kWrong), 401);
    const Time begin = monotonic_now();
    ck_assert_int_eq(describe(peer, kWrong), 401);
    ck_assert(monotonic_now() - begin >= Failures::kFirstPause);
    const Time asked = monotonic_now();
    ck_assert_msg(describe(peer, kRight) == 200, "who knows does not wait");
    RtspPeer other = live.connect();
    ck_assert_int_eq(describe(other, ""), 401);
    ck_assert(monotonic_now() - asked < Failures::kFirstPause);
}
END_TEST

namespace {

// What an application was asked, and its answers, which the test gives.
struct Application {
    std::mutex mutex;
    std::vector<Question> questions;
    std::vector<Decision> decisions;

    [[nodiscard]] server::access::Authorize authorize() {
        return [this](const Question &question, const Decision &decision) {
            const std::lock_guard lock(mutex);
            questions.push_back(question);
            decisions.push_back(decision);
        };
    }
    Decision wait(size_t number) {
        for (const Time end = monotonic_now() + 10s;;) {
            ck_assert(monotonic_now() < end);
            const std::lock_guard lock(mutex);
            if (decisions.size() > number)
                return decisions[number];
        }
    }
};

}  // namespace

START_TEST(test_access_application_decides_later_and_nobody_else_waits) {
    Application application;
    auto config = locked_config();
    config.authorize = application.authorize();
    LiveServer live(config);
    live.gop();
    RtspPeer peer = live.connect();
    peer.send_request("DESCRIBE", peer.uri("/test"), kRight);
    const Decision first = application.wait(0);
    test::assert_text(application.questions[0].user, "user");
    test::assert_text(application.questions[0].address, "127.0.0.1");
    test::assert_text(application.questions[0].mapping, "/test");
    test::assert_text(application.questions[0].method, "DESCRIBE");
    RtspPeer other = live.connect();
    ck_assert_int_eq(other.request("OPTIONS", "*").status, 200);
    ck_assert(!peer.has_input());
    first.answer(true);
    ck_assert_int_eq(peer.response().status, 200);
    other.send_request("DESCRIBE", other.uri("/test"), kRight);
    application.wait(1).answer(false);
    ck_assert_int_eq(other.response().status, 403);
    peer.send_request("SETUP", peer.uri("/test/stream=0"), kTransport + kRight);
    application.wait(2).answer(true);
    const auto answer = peer.response();
    ck_assert_int_eq(answer.status, 200);
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(answer.session())).status, 200);
    ck_assert_msg(describe(peer, kWrong) == 401 && application.questions.size() == 3,
                  "it is not asked for who is wrong already");
}
END_TEST

START_TEST(test_access_application_that_does_not_decide_refuses) {
    Application application;
    auto config = test::local_config();
    config.authorize = application.authorize();
    config.access.authorize_wait = 100ms;
    LiveServer live(config);
    live.gop();
    RtspPeer peer = live.connect();
    ck_assert_int_eq(describe(peer, ""), 403);
    application.wait(0).answer(true);
    ck_assert_int_eq(describe(peer, ""), 403);
}
END_TEST

START_TEST(test_access_client_that_leaves_while_the_application_decides_is_let_go) {
    Application application;
    auto config = test::local_config();
    config.authorize = application.authorize();
    LiveServer live(config);
    live.gop();
    {
        RtspPeer peer = live.connect();
        peer.send_request("DESCRIBE", peer.uri("/test"));
        application.wait(0);
    }
    for (const Time end = monotonic_now() + 10s; live.server->statistics().connections > 0;)
        ck_assert(monotonic_now() < end);
    application.wait(0).answer(true);
    RtspPeer other = live.connect();
    ck_assert_int_eq(other.request("OPTIONS", "*").status, 200);
}
END_TEST

START_TEST(test_access_application_of_a_mapping_may_decide_at_once) {
    LiveServer live;
    live.gop();
    auto rules = std::make_shared<MappingRules>();
    rules->authorize = [](const Question &question, const Decision &decision) {
        decision.answer(question.method == "DESCRIBE");
    };
    live.server->access().set_rules(&live, "/test", rules);
    RtspPeer peer = live.connect();
    ck_assert_int_eq(describe(peer, ""), 200);
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=0"), kTransport).status, 403);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("request_access", {
                                                 test_access_without_credentials_tells_nothing_of_what_is_served,
                                                 test_access_challenges_are_in_the_order_that_players_need,
                                                 test_access_by_basic,
                                                 test_access_by_digest_in_both_forms,
                                                 test_access_replayed_digest_is_refused,
                                                 test_access_old_nonce_is_stale_and_the_next_one_good,
                                                 test_access_methods_that_are_not_offered_are_not_taken,
                                                 test_access_credentials_that_nobody_asks_for_are_ignored,
                                                 test_access_session_remembers_who_made_it,
                                                 test_access_session_opens_no_other_mapping,
                                                 test_access_users_of_a_mapping_replace_those_of_the_server,
                                                 test_access_rules_that_come_with_the_mount_hold_for_who_waited_for_it,
                                                 test_access_digest_survives_being_parked,
                                                 test_access_user_limited_to_mappings_is_forbidden_others,
                                                 test_access_by_token,
                                                 test_access_token_of_describe_is_good_for_setup_of_the_same_mapping,
                                                 test_access_token_ends_its_session,
                                                 test_access_rules_that_change_end_sessions_of_who_is_gone,
                                                 test_access_denied_address_learns_so_and_nothing_else,
                                                 test_access_is_for_allowed_addresses_only,
                                                 test_access_connections_of_an_address_are_limited,
                                                 test_access_strangers_make_room_for_newer_ones,
                                                 test_access_too_many_sessions_are_refused,
                                                 test_access_too_many_requests_end_the_connection,
                                                 test_access_viewer_too_many_for_the_bit_rate_is_refused,
                                                 test_access_guesses_on_many_connections_are_not_heard,
                                                 test_access_guesses_are_slowed_down,
                                                 test_access_application_decides_later_and_nobody_else_waits,
                                                 test_access_application_that_does_not_decide_refuses,
                                                 test_access_client_that_leaves_while_the_application_decides_is_let_go,
                                                 test_access_application_of_a_mapping_may_decide_at_once,
                                             });
}

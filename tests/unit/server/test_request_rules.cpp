// SPDX-License-Identifier: LGPL-2.1-or-later
// What a mapping asks for, and who comes with a signed URL.
#include <chrono>
#include <memory>
#include <string>

#include "rtsp/digest.h"
#include "server/access/token.h"
#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/locked_server.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using server::access::MappingPattern;
using server::access::MappingRules;
using server::access::Users;
using test::describe;
using test::kRight;
using test::kTransport;
using test::kWrong;
using test::LiveServer;
using test::locked_config;
using test::RtspPeer;
using test::session_header;
using test::set_up;
using test::users;

namespace {

const std::string kKey = "0123456789abcdef";

std::string token_query(const char *mappings, WallTime expires) {
    return "?token=" + make_token(kKey, *MappingPattern::parse(mappings), expires);
}

}  // namespace

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
    ck_assert(test::eventually([&] { return live.server->statistics().requests >= 1; }));
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

START_TEST(test_access_who_comes_before_the_mount_is_judged_by_the_rules_that_come_with_it) {
    LiveServer live(locked_config());
    const int element = 0;
    live.server->mounts().set_undecided_pads(&element, 1);
    RtspPeer own = live.connect(), general = live.connect(), nobody = live.connect();
    own.send_request("DESCRIBE", own.uri("/late"), "Authorization: Basic dXNlcjpvd24=\r\n");
    general.send_request("DESCRIBE", general.uri("/late"), kRight);
    nobody.send_request("DESCRIBE", nobody.uri("/late"));
    ck_assert(test::eventually([&] { return live.server->statistics().requests >= 3; }));
    auto rules = std::make_shared<MappingRules>();
    rules->users = users("user:own");
    live.server->access().set_rules(&element, "/late", rules);
    const auto late = media::Mount::create("/late", {});
    late->add_track(test::video_config());
    ck_assert(live.server->mounts().add(&element, late, true).ok());
    ck_assert_int_eq(own.response().status, 200);
    ck_assert_int_eq(general.response().status, 401);
    ck_assert_int_eq(nobody.response().status, 401);
    ck_assert_uint_eq(live.server->statistics().requests_denied, 2);
}
END_TEST

START_TEST(test_access_who_waits_for_a_mount_in_vain_is_refused) {
    auto config = locked_config();
    config.describe_wait = 100ms;
    LiveServer live(config);
    const int element = 0;
    live.server->mounts().set_undecided_pads(&element, 1);
    RtspPeer peer = live.connect();
    ck_assert_int_eq(describe(peer, kWrong, "/late"), 401);
    ck_assert_int_eq(describe(peer, kRight, "/late"), 404);
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

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "request_rules",
        {test_access_users_of_a_mapping_replace_those_of_the_server,
         test_access_rules_that_come_with_the_mount_hold_for_who_waited_for_it,
         test_access_who_comes_before_the_mount_is_judged_by_the_rules_that_come_with_it,
         test_access_who_waits_for_a_mount_in_vain_is_refused, test_access_user_limited_to_mappings_is_forbidden_others,
         test_access_by_token, test_access_token_of_describe_is_good_for_setup_of_the_same_mapping,
         test_access_token_ends_its_session, test_access_rules_that_change_end_sessions_of_who_is_gone});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/live_server.h"

using namespace rtspcore;
using test::LiveServer;
using test::RtspPeer;

namespace {

// Keeps the connections that are handed over.
struct OtherServer {
    size_t count() { return taken->lock()->size(); }
    std::string begun() { return taken->lock()->back().begun; }

    std::shared_ptr<Guarded<std::vector<server::HandedOver>>> taken =
        std::make_shared<Guarded<std::vector<server::HandedOver>>>();
    std::shared_ptr<const server::Fallback> fallback = std::make_shared<const server::Fallback>(
        [taken = taken](server::HandedOver connection) { taken->lock()->push_back(std::move(connection)); });
};

}  // namespace

// Whole and in order, whatever came with it; what was answered before is not asked again.
START_TEST(test_fallback_gets_all_that_was_not_answered) {
    LiveServer live;
    OtherServer other;
    live.server->set_fallback(other.fallback);
    RtspPeer peer = live.connect();
    const std::string options = "OPTIONS rtsp://h/file RTSP/1.0\r\nCSeq: 1\r\n\r\n";
    const std::string describe = "DESCRIBE rtsp://h/file RTSP/1.0\r\nCSeq: 2\r\nRequire: onvif-replay\r\n\r\n";
    const std::string part = "SETUP rtsp://h/fi";
    peer.send(options + describe + part);
    ck_assert_int_eq(peer.response().status, 200);
    ck_assert(test::eventually([&] { return other.count() == 1; }));
    ck_assert(other.begun() == describe + part);
    ck_assert(test::eventually([&] { return live.server->statistics().connections == 0; }));
    const UniqueFd theirs = std::move(other.taken->lock()->back().fd);
    const std::string reply = "RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n";
    ck_assert_int_eq(::send(theirs.get(), reply.data(), reply.size(), MSG_NOSIGNAL),
                     static_cast<ssize_t>(reply.size()));
    ck_assert_int_eq(peer.response().status, 200);
}
END_TEST

START_TEST(test_fallback_is_not_asked_for_live_mounts_nor_with_live_sessions) {
    LiveServer live;
    OtherServer other;
    live.server->set_fallback(other.fallback);
    live.key_unit();
    RtspPeer peer = live.connect();
    ck_assert_int_eq(peer.request("OPTIONS", "*").status, 200);
    ck_assert_int_eq(peer.request("DESCRIBE", peer.uri("/test")).status, 200);
    const std::string session = test::set_up_tcp(peer, 1);
    ck_assert_int_eq(peer.request("DESCRIBE", peer.uri("/file")).status, 404);
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), test::session_header(session)).status, 200);
    ck_assert_uint_eq(other.count(), 0);
}
END_TEST

// Nobody knows yet whose it is; of what it requires only who it belongs to can tell.
START_TEST(test_fallback_gets_what_no_pending_mount_turns_out_to_be_for) {
    LiveServer live;
    OtherServer other;
    live.server->set_fallback(other.fallback);
    live.server->mounts().set_undecided_pads(&live, 1);
    RtspPeer peer = live.connect();
    peer.send_request("DESCRIBE", peer.uri("/file"), "Require: onvif-replay\r\n");
    RtspPeer second = live.connect();
    ck_assert_int_eq(second.request("OPTIONS", "*").status, 200);
    ck_assert_uint_eq(other.count(), 0);
    live.server->mounts().set_undecided_pads(&live, 0);
    ck_assert(test::eventually([&] { return other.count() == 1; }));
}
END_TEST

// The other server may have no credentials of its own.
START_TEST(test_fallback_is_behind_the_same_door) {
    auto config = test::local_config();
    config.access.users = server::access::Users::from_list("me:secret", config.access.realm)->users;
    LiveServer live(config);
    OtherServer other;
    live.server->set_fallback(other.fallback);
    for (const char *method : {"DESCRIBE", "SETUP", "ANNOUNCE", "RECORD", "PLAY"}) {
        RtspPeer peer = live.connect();
        ck_assert_msg(peer.request(method, peer.uri("/file")).status == 401, "%s", method);
    }
    for (const char *method : {"OPTIONS", "GET_PARAMETER", "SET_PARAMETER", "FETCH"}) {
        RtspPeer peer = live.connect();
        ck_assert_msg(peer.request(method, peer.uri("/file")).status != 0, "%s is answered here", method);
    }
    ck_assert_uint_eq(other.count(), 0);
    RtspPeer peer = live.connect();
    peer.send_request("DESCRIBE", peer.uri("/file"), "Authorization: Basic bWU6c2VjcmV0\r\n");  // me:secret
    ck_assert(test::eventually([&] { return other.count() == 1; }));
}
END_TEST

START_TEST(test_fallback_that_is_gone_leaves_404) {
    LiveServer live;
    OtherServer other;
    live.server->set_fallback(other.fallback);
    live.server->unset_fallback(std::make_shared<const server::Fallback>());
    ck_assert_msg(live.server->fallback() == other.fallback, "only its own is taken away");
    live.server->unset_fallback(other.fallback);
    RtspPeer peer = live.connect();
    ck_assert_int_eq(peer.request("DESCRIBE", peer.uri("/file")).status, 404);
    ck_assert_uint_eq(other.count(), 0);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("fallback", {test_fallback_gets_all_that_was_not_answered,
                                        test_fallback_is_not_asked_for_live_mounts_nor_with_live_sessions,
                                        test_fallback_gets_what_no_pending_mount_turns_out_to_be_for,
                                        test_fallback_is_behind_the_same_door, test_fallback_that_is_gone_leaves_404});
}

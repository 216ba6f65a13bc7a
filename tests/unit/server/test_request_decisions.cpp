// SPDX-License-Identifier: LGPL-2.1-or-later
// What the application decides.
#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/deadline.h"
#include "support/locked_server.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using server::access::Decision;
using server::access::MappingRules;
using server::access::Question;
using test::describe;
using test::kRight;
using test::kTransport;
using test::kWrong;
using test::LiveServer;
using test::locked_config;
using test::RtspPeer;
using test::session_header;

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
        ck_assert(test::eventually([&] { return count() > number; }));
        const std::lock_guard lock(mutex);
        return decisions[number];
    }
    size_t count() {
        const std::lock_guard lock(mutex);
        return decisions.size();
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
    ck_assert(test::eventually([&] { return live.server->statistics().connections <= 0; }));
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
    return test::run_suite("request_decisions", {test_access_application_decides_later_and_nobody_else_waits,
                                                 test_access_application_that_does_not_decide_refuses,
                                                 test_access_client_that_leaves_while_the_application_decides_is_let_go,
                                                 test_access_application_of_a_mapping_may_decide_at_once});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <chrono>

#include "base/guarded.h"
#include "folder.h"
#include "recordsink/delivery.h"
#include "support/check_suite.h"
#include "support/deadline.h"
#include "web_server.h"

using recordsink::Delivery;
using recordsink::Settings;
using recordsink::test::exists;
using recordsink::test::Folder;
using recordsink::test::has_curl;
using recordsink::test::kSkipped;
using recordsink::test::read_text;
using recordsink::test::WebServer;
using rtspcore::test::eventually;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

using Outcomes = rtspcore::Guarded<std::vector<Delivery::Outcome>>;

Delivery::Plan shell(const std::string &script) {
    Delivery::Plan plan;
    plan.command = {"sh", "-c", script, "follow"};
    plan.first_pause = milliseconds(1);
    plan.to_stop = milliseconds(1500);
    return plan;
}

Delivery::Tell noting(Outcomes &outcomes) {
    return [&](const Delivery::Outcome &outcome) { outcomes.lock()->push_back(outcome); };
}

bool has(Outcomes &outcomes, size_t count) {
    return eventually([&] { return outcomes.lock()->size() >= count; }, std::chrono::seconds(40));
}

}  // namespace

START_TEST(test_many_segments_are_delivered_in_their_order_with_path_and_line) {
    constexpr int kSegments = 200;
    const Folder folder;
    Outcomes outcomes;
    Delivery delivery(shell("echo \"$1 $RECORDSINK_FILE $RECORDSINK_LINE\" >>'" + (folder / "log") + "'"),
                      noting(outcomes));
    std::string expected;
    for (int i = 0; i < kSegments; i++) {
        const std::string path = "/r/a b'$(x)" + std::to_string(i) + ".mp4";
        delivery.add({path, "{\"n\":" + std::to_string(i) + "}"});
        expected += path + " " + path + " {\"n\":" + std::to_string(i) + "}\n";
    }
    ck_assert(has(outcomes, kSegments));
    ck_assert(read_text(folder / "log") == expected);
    for (const auto &outcome : *outcomes.lock())
        ck_assert(outcome.delivered);
}
END_TEST

START_TEST(test_a_command_that_fails_is_tried_again_and_then_given_up) {
    const Folder folder;
    Outcomes outcomes;
    // The second segment works at the third attempt.
    Delivery::Plan plan = shell("echo x >>\"$1\"; [ \"${1%2}\" != \"$1\" ] && [ $(wc -l <\"$1\") -eq 3 ]");
    plan.attempts = 4;
    Delivery delivery(plan, noting(outcomes));
    delivery.add({folder / "1", "{}"});
    delivery.add({folder / "2", "{}"});
    ck_assert(has(outcomes, 2));
    ck_assert(read_text(folder / "1") == "x\nx\nx\nx\n");
    ck_assert(read_text(folder / "2") == "x\nx\nx\n");
    auto list = outcomes.lock();
    ck_assert(!list->at(0).delivered && list->at(0).path == (folder / "1"));
    ck_assert_str_eq(list->at(0).problem.c_str(), "sh: it ended with status 1");
    ck_assert(list->at(1).delivered);
}
END_TEST

START_TEST(test_a_command_that_hangs_is_killed_with_its_children) {
    const Folder folder;
    Outcomes outcomes;
    Delivery::Plan plan = shell("(sleep 1; touch '" + (folder / "late") + "') & sleep 1000");
    plan.timeout = milliseconds(100);
    plan.attempts = 2;
    Delivery delivery(plan, noting(outcomes));
    const auto begun = steady_clock::now();
    delivery.add({"/r/1", "{}"});
    ck_assert(has(outcomes, 1));
    ck_assert(!outcomes.lock()->at(0).delivered);
    ck_assert(outcomes.lock()->at(0).problem.find("killed") != std::string::npos);
    // Its child had time until then.
    ck_assert(eventually([&] { return steady_clock::now() > begun + std::chrono::milliseconds(1500); }));
    ck_assert(!exists(folder / "late"));
}
END_TEST

START_TEST(test_a_command_that_does_not_exist_is_told) {
    Outcomes outcomes;
    Delivery::Plan plan;
    plan.command = {"/nowhere/at-all"};
    plan.attempts = 1;
    Delivery delivery(plan, noting(outcomes));
    delivery.add({"/r/1", "{}"});
    ck_assert(has(outcomes, 1));
    ck_assert(outcomes.lock()->at(0).problem.find("/nowhere/at-all: ") == 0);
}
END_TEST

START_TEST(test_what_waits_is_bounded_and_the_oldest_goes) {
    const Folder folder;
    Outcomes outcomes;
    Delivery delivery(shell("touch '" + (folder / "begun") + "'; sleep 1000"), noting(outcomes));
    delivery.add({"/r/first", "{}"});
    ck_assert(eventually([&] { return exists(folder / "begun"); }));
    const auto begun = steady_clock::now();
    for (size_t i = 0; i < Delivery::kMostWaiting + 3; i++)
        delivery.add({"/r/" + std::to_string(i), "{}"});
    ck_assert(steady_clock::now() - begun < std::chrono::seconds(2));
    auto list = outcomes.lock();
    ck_assert_uint_eq(list->size(), 3);
    ck_assert(list->at(0).path == "/r/0" && list->at(2).path == "/r/2" && !list->at(0).delivered);
}
END_TEST

START_TEST(test_stop_delivers_what_waits_and_kills_what_hangs) {
    const Folder folder;
    Outcomes outcomes;
    Delivery::Plan patient = shell("sleep 0.1; echo x >>'" + (folder / "log") + "'");
    patient.to_stop = milliseconds(30000);
    Delivery quick(patient, noting(outcomes));
    for (int i = 0; i < 5; i++)
        quick.add({"/r/" + std::to_string(i), "{}"});
    quick.stop();
    ck_assert(read_text(folder / "log") == "x\nx\nx\nx\nx\n");
    Delivery hanging(shell("sleep 1000"), noting(outcomes));
    for (int i = 0; i < 20; i++)
        hanging.add({"/r/" + std::to_string(i), "{}"});
    const auto begun = steady_clock::now();
    hanging.stop();
    ck_assert(steady_clock::now() - begun < std::chrono::seconds(15));
    ck_assert_uint_eq(outcomes.lock()->size(), 25);
}
END_TEST

START_TEST(test_post_sends_the_line_until_it_is_taken) {
    WebServer server({"503 Busy", "200 OK"});
    Outcomes outcomes;
    Delivery::Plan plan;
    plan.post = server.url();
    plan.first_pause = milliseconds(1);
    Delivery delivery(plan, noting(outcomes));
    const std::string line = R"({"name":"a \"b\" \\ \u000a.mp4"})";
    delivery.add({"/r/1", line});
    ck_assert(has(outcomes, 1));
    ck_assert_msg(outcomes.lock()->at(0).delivered, "%s", outcomes.lock()->at(0).problem.c_str());
    const auto requests = server.requests();
    ck_assert_uint_eq(requests.size(), 2);
    const std::string &request = requests[1];
    ck_assert(request.find("POST /hook?a=b HTTP/1.1\r\n") == 0);
    ck_assert(request.find("Authorization: Basic dXNlcjpzZWNyZXQ=\r\n") != std::string::npos);
    ck_assert(request.find("Content-Type: application/json\r\n") != std::string::npos);
    ck_assert(request.substr(request.find("\r\n\r\n") + 4) == line);
}
END_TEST

START_TEST(test_settings_that_cannot_work_are_told) {
    struct Case {
        const char *command;
        const char *post;
        bool works;
    };
    constexpr Case kCases[] = {
        {"", "", true},
        {"sh 'b c'", "", true},
        {"sh 'b", "", false},
        {"/bin/sh", "", true},
        {"no-such-program secret", "", false},
        {"/no/such/program", "", false},
        {"/tmp", "", false},
        {"", "http://h/x", true},
        {"", "h/x", false},
        {"", "http://h/x\nurl = file:///etc/passwd", false},
        {"", "file:///x", false},
    };
    for (const Case &c : kCases) {
        Settings settings;
        settings.segment_command = c.command;
        settings.segment_post = c.post;
        const std::string problem = Delivery::problem_with(settings);
        ck_assert_msg(problem.empty() == c.works, "%s %s", c.command, c.post);
        ck_assert_msg(problem.find("secret") == std::string::npos, "%s", problem.c_str());
    }
}
END_TEST

int main() {
    const int result = rtspcore::test::run_suite(
        "delivery", {test_many_segments_are_delivered_in_their_order_with_path_and_line,
                     test_a_command_that_fails_is_tried_again_and_then_given_up,
                     test_a_command_that_hangs_is_killed_with_its_children, test_a_command_that_does_not_exist_is_told,
                     test_what_waits_is_bounded_and_the_oldest_goes, test_stop_delivers_what_waits_and_kills_what_hangs,
                     test_settings_that_cannot_work_are_told});
    if (result != EXIT_SUCCESS)
        return result;
    return has_curl() ? rtspcore::test::run_suite("post", {test_post_sends_the_line_until_it_is_taken}) : kSkipped;
}

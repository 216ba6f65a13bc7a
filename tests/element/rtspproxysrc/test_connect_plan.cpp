// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtspproxysrc/connect_plan.h"
#include "support/check_suite.h"

using namespace rtspproxy;
using rtspcore::Duration;
using rtspcore::Time;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr bool kDescribed = true;

// Locations with so many transports each; waits from 100 ms to 1 s, not shortened by chance.
ConnectPlan make_plan(std::vector<size_t> transports, double chance = 0) {
    return ConnectPlan({std::move(transports), milliseconds(100), seconds(1)}, [chance] { return chance; });
}

Time at(seconds since) {
    return Time(since);
}

bool goes_to(const ConnectPlan::Step &step, size_t location, size_t transport) {
    return step.attempt == ConnectPlan::Attempt{location, transport};
}

}  // namespace

START_TEST(test_waits_double_up_to_the_bound) {
    auto plan = make_plan({1});
    for (const int expected : {100, 200, 400, 800, 1000, 1000}) {
        const auto step = plan.failed(at(seconds(0)), Reason::Unreachable, !kDescribed);
        ck_assert(step.wait == milliseconds(expected) && step.round_over && goes_to(step, 0, 0));
    }
    ck_assert_uint_eq(plan.attempts(), 6);
}
END_TEST

START_TEST(test_chance_shortens_a_wait_by_half_at_most) {
    ck_assert(make_plan({1}, 1).failed(at(seconds(0)), Reason::Unreachable, !kDescribed).wait == milliseconds(50));
}
END_TEST

START_TEST(test_wrong_credentials_are_not_repeated_soon) {
    auto plan = make_plan({1});
    ck_assert(plan.failed(at(seconds(0)), Reason::Unauthorized, !kDescribed).wait == seconds(10));
}
END_TEST

START_TEST(test_transports_are_tried_at_once_where_they_may_be_what_is_wrong) {
    auto plan = make_plan({2});
    const auto second = plan.failed(at(seconds(0)), Reason::NoData, kDescribed);
    ck_assert(goes_to(second, 0, 1) && second.wait == Duration() && !second.round_over);
    const auto round = plan.failed(at(seconds(0)), Reason::NoData, kDescribed);
    ck_assert(goes_to(round, 0, 0) && round.round_over);
    // Nobody is there, or nobody lets us in: no transport would help.
    ck_assert(goes_to(plan.failed(at(seconds(0)), Reason::Unreachable, !kDescribed), 0, 0));
    ck_assert(goes_to(plan.failed(at(seconds(0)), Reason::Unauthorized, kDescribed), 0, 0));
}
END_TEST

START_TEST(test_the_transport_that_worked_is_remembered) {
    auto plan = make_plan({2});
    (void)plan.failed(at(seconds(0)), Reason::NoData, kDescribed);
    plan.playing(at(seconds(1)));
    ck_assert_uint_eq(plan.attempts(), 0);
    ck_assert(goes_to(plan.failed(at(seconds(9)), Reason::Ended, kDescribed), 0, 1));
    ck_assert(goes_to(plan.failed(at(seconds(9)), Reason::NoData, kDescribed), 0, 0));
}
END_TEST

START_TEST(test_a_lost_stream_is_had_again_soon_and_no_round_is_over) {
    auto plan = make_plan({1});
    for (int i = 0; i < 5; ++i)
        (void)plan.failed(at(seconds(0)), Reason::Unreachable, !kDescribed);
    plan.playing(at(seconds(10)));
    const auto step = plan.failed(at(seconds(12)), Reason::Ended, kDescribed);
    ck_assert(step.wait == milliseconds(100) && !step.round_over);
}
END_TEST

START_TEST(test_what_plays_for_a_moment_only_is_waited_for_longer_and_longer) {
    auto plan = make_plan({1});
    Duration last{};
    for (int i = 0; i < 4; ++i) {
        plan.playing(at(seconds(i)));
        const Duration wait = plan.failed(at(seconds(i)), Reason::Ended, kDescribed).wait;
        ck_assert(wait > last);
        last = wait;
    }
}
END_TEST

START_TEST(test_locations_are_tried_in_order_before_it_waits) {
    auto plan = make_plan({1, 1, 1});
    ck_assert(goes_to(plan.failed(at(seconds(0)), Reason::Unreachable, !kDescribed), 1, 0));
    ck_assert(goes_to(plan.failed(at(seconds(0)), Reason::NotFound, !kDescribed), 2, 0));
    const auto step = plan.failed(at(seconds(0)), Reason::Unreachable, !kDescribed);
    ck_assert(goes_to(step, 0, 0) && step.round_over && step.wait == milliseconds(100));
}
END_TEST

START_TEST(test_a_lost_stream_is_taken_from_the_best_of_the_others_at_once) {
    auto plan = make_plan({1, 1, 1});
    plan.playing(at(seconds(0)));
    const auto second = plan.failed(at(seconds(5)), Reason::NoData, kDescribed);
    ck_assert(goes_to(second, 1, 0) && second.wait == Duration());
    plan.playing(at(seconds(5)));
    ck_assert(goes_to(plan.failed(at(seconds(9)), Reason::Ended, kDescribed), 0, 0));
}
END_TEST

START_TEST(test_go_to_begins_a_round_at_that_location) {
    auto plan = make_plan({1, 2});
    (void)plan.failed(at(seconds(0)), Reason::Unreachable, !kDescribed);
    plan.playing(at(seconds(0)));
    plan.go_to(0);
    ck_assert(plan.current() == (ConnectPlan::Attempt{0, 0}));
    // It was a mistake.
    ck_assert(goes_to(plan.failed(at(seconds(1)), Reason::Unreachable, !kDescribed), 1, 0));
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "connect_plan",
        {test_waits_double_up_to_the_bound, test_chance_shortens_a_wait_by_half_at_most,
         test_wrong_credentials_are_not_repeated_soon,
         test_transports_are_tried_at_once_where_they_may_be_what_is_wrong,
         test_the_transport_that_worked_is_remembered, test_a_lost_stream_is_had_again_soon_and_no_round_is_over,
         test_what_plays_for_a_moment_only_is_waited_for_longer_and_longer,
         test_locations_are_tried_in_order_before_it_waits, test_go_to_begins_a_round_at_that_location,
         test_a_lost_stream_is_taken_from_the_best_of_the_others_at_once});
}

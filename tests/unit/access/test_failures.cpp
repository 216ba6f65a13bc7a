// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <string>

#include "server/access/failures.h"
#include "support/check_suite.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using server::access::Failures;

namespace {

constexpr Time kNow{1000s};

net::SocketAddress address(unsigned number) {
    return *net::SocketAddress::parse("10.0." + std::to_string(number / 256) + "." + std::to_string(number % 256), 554);
}

void note(Failures &failures, unsigned times, Time now = kNow) {
    for (unsigned i = 0; i < times; ++i)
        failures.note(address(1), now);
}

}  // namespace

START_TEST(test_failures_below_the_free_ones_cost_nothing) {
    Failures failures;
    ck_assert(failures.delay(address(1), kNow) == Duration::zero());
    note(failures, Failures::kFree - 1);
    ck_assert(failures.delay(address(1), kNow) == Duration::zero());
}
END_TEST

START_TEST(test_failures_pause_doubles_up_to_the_longest) {
    Failures failures;
    note(failures, Failures::kFree);
    Time now = kNow;
    for (const Duration expected :
         {Duration(500ms), Duration(1s), Duration(2s), Duration(4s), Duration(8s), Duration(8s)}) {
        ck_assert(failures.delay(address(1), now) == expected);
        now += expected;
        failures.note(address(1), now);
    }
    ck_assert_msg(failures.delay(address(2), now) == Duration::zero(), "others cannot notice");
}
END_TEST

START_TEST(test_failures_attempts_at_once_queue_up_and_then_are_not_looked_at) {
    Failures failures;
    note(failures, 100);
    Duration last{};
    int attempts = 0;
    for (; attempts < 1000; ++attempts) {
        const auto delay = failures.delay(address(1), kNow);
        if (!delay)
            break;
        ck_assert(*delay > last);
        last = *delay;
    }
    ck_assert_msg(attempts >= 3 && attempts <= 5, "%d", attempts);
    ck_assert(failures.delay(address(1), kNow + last).has_value());
}
END_TEST

START_TEST(test_failures_are_forgiven) {
    Failures failures;
    note(failures, 100);
    ck_assert(failures.delay(address(1), kNow + Failures::kForgiven + 1s) == Duration::zero());
}
END_TEST

START_TEST(test_failures_of_the_address_that_failed_longest_ago_go_first) {
    Failures failures;
    note(failures, 100);
    for (unsigned i = 0; i < Failures::kRemembered; ++i)
        failures.note(address(2 + i), kNow + 1ms * (i + 1));
    ck_assert(failures.delay(address(1), kNow + 10s) == Duration::zero());
}
END_TEST

int main() {
    return test::run_suite("failures", {
                                           test_failures_below_the_free_ones_cost_nothing,
                                           test_failures_pause_doubles_up_to_the_longest,
                                           test_failures_attempts_at_once_queue_up_and_then_are_not_looked_at,
                                           test_failures_are_forgiven,
                                           test_failures_of_the_address_that_failed_longest_ago_go_first,
                                       });
}

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

void note(Failures &failures, unsigned times) {
    for (unsigned i = 0; i < times; ++i)
        failures.note(address(1), kNow);
}

}  // namespace

START_TEST(test_failures_that_are_free_cost_nothing) {
    Failures failures;
    for (unsigned i = 0; i < Failures::kFree; ++i)
        ck_assert(failures.note(address(1), kNow) == Duration::zero());
    ck_assert(failures.is_heard(address(1), kNow));
}
END_TEST

START_TEST(test_failures_pause_doubles_up_to_the_longest) {
    Failures failures;
    note(failures, Failures::kFree);
    Time now = kNow;
    for (const Duration expected :
         {Duration(500ms), Duration(1s), Duration(2s), Duration(4s), Duration(8s), Duration(8s)}) {
        ck_assert(failures.note(address(1), now) == expected);
        now += expected;
    }
    ck_assert_msg(failures.note(address(2), now) == Duration::zero(), "others cannot notice");
}
END_TEST

START_TEST(test_failures_at_once_queue_up_and_then_nothing_is_heard) {
    Failures failures;
    note(failures, Failures::kFree);
    Duration last{};
    int attempts = 0;
    for (; failures.is_heard(address(1), kNow) && attempts < 1000; ++attempts) {
        const Duration wait = failures.note(address(1), kNow);
        ck_assert(wait > last);
        last = wait;
    }
    ck_assert_msg(attempts >= 6 && attempts <= 8, "%d", attempts);
    ck_assert(failures.is_heard(address(2), kNow));
    ck_assert(failures.is_heard(address(1), kNow + last));
}
END_TEST

START_TEST(test_failures_are_forgiven) {
    Failures failures;
    note(failures, 20);
    ck_assert(failures.note(address(1), kNow + Failures::kForgiven + 1s) == Duration::zero());
}
END_TEST

START_TEST(test_failures_of_the_address_that_failed_longest_ago_go_first) {
    Failures failures;
    note(failures, 20);
    for (unsigned i = 0; i < Failures::kRemembered; ++i)
        failures.note(address(2 + i), kNow + 1ms * (i + 1));
    ck_assert(failures.note(address(1), kNow + 10s) == Duration::zero());
}
END_TEST

int main() {
    return test::run_suite("failures", {
                                           test_failures_that_are_free_cost_nothing,
                                           test_failures_pause_doubles_up_to_the_longest,
                                           test_failures_at_once_queue_up_and_then_nothing_is_heard,
                                           test_failures_are_forgiven,
                                           test_failures_of_the_address_that_failed_longest_ago_go_first,
                                       });
}

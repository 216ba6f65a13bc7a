// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtspproxysrc/connect_slots.h"
#include "support/check_suite.h"

using namespace rtspproxy;
using rtspcore::Duration;
using rtspcore::Time;
using std::chrono::milliseconds;

namespace {

Time at(int milliseconds_since) {
    return Time(milliseconds(1000 + milliseconds_since));
}

}  // namespace

START_TEST(test_those_who_come_at_once_take_turns) {
    ConnectSlots slots;
    for (const int wait : {0, 20, 40})
        ck_assert(slots.take(at(0), "a") == milliseconds(wait));
    ck_assert(slots.take(at(50), "a") == milliseconds(10));
    ck_assert(slots.take(at(500), "a") == Duration());
}
END_TEST

START_TEST(test_who_wants_something_else_is_not_held_up) {
    ConnectSlots slots;
    for (int i = 0; i < 100; ++i)
        (void)slots.take(at(0), "a");
    ck_assert(slots.take(at(0), "b") == Duration());
    ck_assert(slots.take(at(0), "b") == milliseconds(20));
    ck_assert(slots.take(at(1000), "a") == milliseconds(1000));
}
END_TEST

START_TEST(test_all_of_a_process_have_the_same_as_long_as_there_are_any) {
    auto first = connect_slots();
    const std::weak_ptr<ConnectSlots> watched = first;
    ck_assert(connect_slots() == first);
    first.reset();
    ck_assert(watched.expired());
    ck_assert(connect_slots() != nullptr);
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "connect_slots", {test_those_who_come_at_once_take_turns, test_who_wants_something_else_is_not_held_up,
                          test_all_of_a_process_have_the_same_as_long_as_there_are_any});
}

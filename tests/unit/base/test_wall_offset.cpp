// SPDX-License-Identifier: LGPL-2.1-or-later
#include <vector>

#include "base/wall_offset.h"
#include "support/check_suite.h"

using rtspcore::Duration;
using rtspcore::WallTime;

namespace {

constexpr int64_t kOffset = 1'700'000'000'000'000'000;

// Time passes by 1 us with each reading, and by what is told after the first ones of the other clock.
class Machine {
public:
    explicit Machine(std::vector<int64_t> interruptions) : interruptions_(std::move(interruptions)) {}

    int64_t read() {
        now_ += 1'000;
        const int64_t value = now_;
        if (readings_ < interruptions_.size())
            now_ += interruptions_[readings_];
        readings_++;
        return value;
    }
    WallTime read_wall() {
        now_ += 1'000;
        return WallTime(Duration(kOffset + now_));
    }
    size_t readings() const { return readings_; }

private:
    std::vector<int64_t> interruptions_;
    int64_t now_ = 0;
    size_t readings_ = 0;
};

int64_t offset(Machine &machine) {
    return rtspcore::wall_offset([&] { return machine.read(); }, [&] { return machine.read_wall(); }).count();
}

}  // namespace

START_TEST(test_offset_is_true_and_costs_two_readings) {
    Machine machine({});
    ck_assert_int_eq(offset(machine), kOffset);
    ck_assert_uint_eq(machine.readings(), 2);
}
END_TEST

START_TEST(test_reading_that_was_interrupted_does_not_count) {
    Machine machine({16'000'000, 0, 40'000'000});
    ck_assert_int_eq(offset(machine), kOffset);
    ck_assert_uint_eq(machine.readings(), 6);
}
END_TEST

START_TEST(test_of_those_that_were_all_interrupted_the_shortest_counts) {
    Machine machine({16'000'000, 0, 200'000, 0, 30'000'000, 0, 9'000'000});
    ck_assert_int_eq(offset(machine), kOffset + 100'000);
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "wall_offset", {test_offset_is_true_and_costs_two_readings, test_reading_that_was_interrupted_does_not_count,
                        test_of_those_that_were_all_interrupted_the_shortest_counts});
}

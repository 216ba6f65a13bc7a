// SPDX-License-Identifier: LGPL-2.1-or-later
#include <set>
#include <string>

#include "base/random.h"
#include "support/check_suite.h"

using namespace rtspcore;

namespace {

START_TEST(test_hex_has_two_lower_case_digits_a_byte) {
    ck_assert(random_hex(0).empty());
    for (const size_t bytes : {1U, 8U, 300U}) {
        const std::string text = random_hex(bytes);
        ck_assert_uint_eq(text.size(), bytes * 2);
        ck_assert_uint_eq(text.find_first_not_of("0123456789abcdef"), std::string::npos);
    }
}
END_TEST

// A thousand 64-bit values collide once in 10^13 runs.
START_TEST(test_values_do_not_repeat) {
    std::set<uint64_t> numbers;
    std::set<std::string> texts;
    for (int i = 0; i < 1000; ++i) {
        numbers.insert(random_u64());
        texts.insert(random_hex(8));
    }
    ck_assert_uint_eq(numbers.size(), 1000);
    ck_assert_uint_eq(texts.size(), 1000);
}
END_TEST

START_TEST(test_every_bit_takes_both_values) {
    uint64_t ones = 0;
    uint64_t zeros = 0;
    for (int i = 0; i < 200; ++i) {
        const uint64_t value = random_u64();
        ones |= value;
        zeros |= ~value;
    }
    ck_assert(ones == UINT64_MAX);
    ck_assert(zeros == UINT64_MAX);
}
END_TEST

}  // namespace

int main() {
    return test::run_suite("random", {test_hex_has_two_lower_case_digits_a_byte, test_values_do_not_repeat,
                                      test_every_bit_takes_both_values});
}

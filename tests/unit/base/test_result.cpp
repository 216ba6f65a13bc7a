// SPDX-License-Identifier: LGPL-2.1-or-later
#include <memory>
#include <string>

#include "base/result.h"
#include "support/check_suite.h"

using namespace rtspcore;

namespace {

enum class ParseError { Empty, TooLong };

Result<std::string, ParseError> parsed(const std::string &text) {
    if (text.empty())
        return Failure{ParseError::Empty, "expected a path, got nothing"};
    return text;
}

START_TEST(test_value_is_reached_as_through_a_pointer) {
    auto result = parsed("/test");
    ck_assert(result);
    ck_assert(result.ok());
    ck_assert_str_eq(result->c_str(), "/test");
    *result += "/track0";
    ck_assert_str_eq(result.value().c_str(), "/test/track0");
}
END_TEST

START_TEST(test_failure_keeps_code_and_message) {
    const auto result = parsed("");
    ck_assert(!result);
    ck_assert(!result.ok());
    ck_assert(result.error().code == ParseError::Empty);
    ck_assert_str_eq(result.error().message.c_str(), "expected a path, got nothing");
}
END_TEST

START_TEST(test_value_that_cannot_be_copied_is_moved_out) {
    Result<std::unique_ptr<int>, ParseError> result(std::make_unique<int>(7));
    const std::unique_ptr<int> taken = std::move(result).value();
    ck_assert_int_eq(*taken, 7);
}
END_TEST

START_TEST(test_value_of_the_codes_own_type_is_no_failure) {
    const Result<ParseError, ParseError> result(ParseError::TooLong);
    ck_assert(result);
    ck_assert(*result == ParseError::TooLong);
}
END_TEST

START_TEST(test_void_result_is_ok_until_told_otherwise) {
    Result<void, ParseError> result;
    ck_assert(result);
    result = Failure{ParseError::TooLong, "expected at most 8 bytes, got 9"};
    ck_assert(!result);
    ck_assert(result.error().code == ParseError::TooLong);
}
END_TEST

}  // namespace

int main() {
    return test::run_suite(
        "result", {test_value_is_reached_as_through_a_pointer, test_failure_keeps_code_and_message,
                   test_value_that_cannot_be_copied_is_moved_out, test_value_of_the_codes_own_type_is_no_failure,
                   test_void_result_is_ok_until_told_otherwise});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/ascii.h"
#include "support/check_suite.h"

using namespace rtspcore;
using namespace std::string_view_literals;

START_TEST(test_ascii_comparison_ignores_case_of_letters_only) {
    ck_assert(rtsp::equals_ignoring_case("CSeq", "cSEQ"));
    ck_assert(!rtsp::equals_ignoring_case("CSeq", "CSeq "));
    ck_assert(!rtsp::equals_ignoring_case("a@", "a`"));
    ck_assert(rtsp::starts_with_ignoring_case("rtsp/1.0", "RTSP/"));
    ck_assert(!rtsp::starts_with_ignoring_case("RTS", "RTSP/"));
}
END_TEST

START_TEST(test_ascii_trim_takes_blanks_at_both_ends) {
    const struct {
        std::string_view text, trimmed;
    } cases[] = {{" \ta b\t ", "a b"}, {"", ""}, {" \t", ""}, {"\r\na\n", "\r\na\n"}};
    for (const auto &c : cases)
        ck_assert(rtsp::trim(c.text) == c.trimmed);
}
END_TEST

START_TEST(test_ascii_number_is_digits_only) {
    const struct {
        std::string_view text;
        std::optional<uint16_t> number;
    } cases[] = {{"0", 0},
                 {"0065535", 65535},
                 {"65536", std::nullopt},
                 {"", std::nullopt},
                 {"-1", std::nullopt},
                 {"+1", std::nullopt},
                 {" 1", std::nullopt},
                 {"1x", std::nullopt},
                 {"0x10", std::nullopt}};
    for (const auto &c : cases)
        ck_assert_msg(rtsp::parse_number<uint16_t>(c.text) == c.number, "%s", c.text.data());
    ck_assert(rtsp::parse_number<uint32_t>("ffFFffFF", 16) == 0xffffffffu);
}
END_TEST

START_TEST(test_ascii_token_has_no_separators) {
    for (const std::string_view token : {"GET_PARAMETER"sv, "x-y.z"sv, "$"sv})
        ck_assert(rtsp::is_token(token));
    for (const std::string_view other : {""sv, "a b"sv, "a:"sv, "a\0"sv, "caf\xc3\xa9"sv, "a\x7f"sv})
        ck_assert(!rtsp::is_token(other));
}
END_TEST

int main() {
    return test::run_suite(
        "ascii", {test_ascii_comparison_ignores_case_of_letters_only, test_ascii_trim_takes_blanks_at_both_ends,
                  test_ascii_number_is_digits_only, test_ascii_token_has_no_separators});
}

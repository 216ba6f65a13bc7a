// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <string>
#include <vector>

#include "rtsp/digest.h"
#include "server/access/token.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using server::access::check_token;
using server::access::make_token;
using server::access::MappingPattern;
using server::access::token_of;
using server::access::TokenVerdict;

namespace {

const std::string kKey = "0123456789abcdef";
const std::string kOther = "fedcba9876543210";
constexpr WallTime kNow{1'700'000'000s};

std::string token(const std::string &key, const char *mappings, WallTime expires) {
    return *token_of("token=" + make_token(key, *MappingPattern::parse(mappings), expires));
}

std::string signed_text(const std::string &claim) {
    return claim + "." + rtsp::keyed_digest(kKey, claim);
}

}  // namespace

START_TEST(test_token_is_good_for_its_mappings_until_its_expiry) {
    const auto checked = [](const std::string &text, const char *mapping, WallTime now) {
        return check_token(text, {kKey, kOther}, mapping, now).verdict;
    };
    for (const std::string &key : {kKey, kOther}) {
        const std::string made = token(key, "/cam.1/*", kNow + 60s);
        ck_assert(checked(made, "/cam.1/low", kNow) == TokenVerdict::Good);
        ck_assert(checked(made, "/cam.1/low", kNow + 59'999ms) == TokenVerdict::Good);
        ck_assert(checked(made, "/cam.1/low", kNow + 60s) == TokenVerdict::Expired);
        ck_assert(checked(made, "/cam.2/low", kNow) == TokenVerdict::OtherMapping);
    }
    ck_assert(check_token(token(kOther, "*", kNow + 60s), {kKey}, "/x", kNow).verdict == TokenVerdict::Bad);
    ck_assert(check_token(token(kKey, "*", kNow + 60s), {}, "/x", kNow).verdict == TokenVerdict::Bad);
    ck_assert(check_token(token(kKey, "*", kNow + 60s), {kKey}, "/x", kNow).expires == kNow + 60s);
}
END_TEST

START_TEST(test_token_whose_text_was_changed_is_bad) {
    const std::string made = token(kKey, "/cam1", kNow + 60s);
    for (size_t i = 0; i < made.size(); ++i) {
        std::string changed = made;
        changed[i] = changed[i] == '1' ? '2' : '1';
        ck_assert_msg(check_token(changed, {kKey}, "/cam1", kNow).verdict == TokenVerdict::Bad, "%s", changed.c_str());
    }
}
END_TEST

START_TEST(test_token_of_any_text_is_bad) {
    for (const std::string &text :
         {std::string(), std::string("."), std::string(".."), std::string("1700000060"), std::string("1700000060./x"),
          std::string("1700000060./x."), signed_text("1700000060"), signed_text("./x"), signed_text("x./x"),
          signed_text("-1./x"), signed_text("99999999999999999999./x"), signed_text("9223372036854775807./x"),
          signed_text("1700000060."), signed_text("1700000060./a b"), signed_text("1700000060./x") + "0"})
        ck_assert_msg(check_token(text, {kKey}, "/x", kNow).verdict == TokenVerdict::Bad, "%s", text.c_str());
}
END_TEST

START_TEST(test_token_is_found_in_a_query) {
    const struct {
        const char *query;
        const char *token;
    } kCases[] = {
        {"token=a.b.c", "a.b.c"}, {"x=1&token=a", "a"}, {"token=a&token=b", "a"},
        {"token=%2Fa%2a", "/a*"}, {"token=", ""},       {"token=%zz", ""},
    };
    for (const auto &[query, expected] : kCases) {
        const auto found = token_of(query);
        ck_assert_msg(found.has_value(), "%s", query);
        test::assert_text(*found, expected);
    }
    for (const char *query : {"", "x=1", "mytoken=a", "token", "TOKEN=a"})
        ck_assert_msg(!token_of(query).has_value(), "%s", query);
}
END_TEST

START_TEST(test_token_survives_its_url) {
    for (const char *mappings : {"/cam1", "/a&b=c#d?e", "/kam\u00e9ra*", "/100%", "/a+b"}) {
        const std::string encoded = make_token(kKey, *MappingPattern::parse(mappings), kNow + 1s);
        ck_assert_msg(encoded.find_first_of("&#? +") == std::string::npos, "%s", encoded.c_str());
        const auto checked = check_token(*token_of("a=b&token=" + encoded + "&c=d"), {kKey}, "/cam1", kNow);
        ck_assert_msg(checked.verdict == TokenVerdict::Good || checked.verdict == TokenVerdict::OtherMapping, "%s",
                      encoded.c_str());
    }
}
END_TEST

int main() {
    return test::run_suite("token", {
                                        test_token_is_good_for_its_mappings_until_its_expiry,
                                        test_token_whose_text_was_changed_is_bad,
                                        test_token_of_any_text_is_bad,
                                        test_token_is_found_in_a_query,
                                        test_token_survives_its_url,
                                    });
}

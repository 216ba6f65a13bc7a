// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "rtsp/digest.h"
#include "server/access/users.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using rtsp::BasicCredentials;
using rtsp::DigestAlgorithm;
using server::access::Users;
using test::assert_text;

namespace {

constexpr const char *kRealm = "cameras";

Users::Parsed users_of_list(const std::string &text) {
    auto parsed = Users::from_list(text, kRealm);
    ck_assert_msg(parsed.ok(), "%s", text.c_str());
    return *std::move(parsed);
}

Users::Parsed users_of_file(const std::string &text) {
    auto parsed = Users::from_htdigest(text, kRealm);
    ck_assert_msg(parsed.ok(), "%s", text.c_str());
    return *std::move(parsed);
}

bool lets_in(const Users &users, const std::string &user, const std::string &password) {
    return users.verify(BasicCredentials{user, password}, "DESCRIBE") != nullptr;
}

rtsp::DigestCredentials digest(DigestAlgorithm algorithm, const std::string &password,
                               const std::string &realm = kRealm) {
    rtsp::DigestCredentials credentials;
    credentials.algorithm = algorithm;
    credentials.user = "ann";
    credentials.realm = realm;
    credentials.nonce = "n";
    credentials.uri = "rtsp://h/x";
    credentials.response =
        rtsp::expected_response(credentials, rtsp::user_digest(algorithm, "ann", realm, password), "DESCRIBE");
    return credentials;
}

}  // namespace

START_TEST(test_list_takes_users_and_skips_what_has_no_colon) {
    const auto parsed = users_of_list("adrian:cervantes,user1,user:pass");
    ck_assert(lets_in(parsed.users, "adrian", "cervantes"));
    ck_assert(lets_in(parsed.users, "user", "pass"));
    ck_assert(!lets_in(parsed.users, "user1", ""));
    ck_assert(!lets_in(parsed.users, "adrian", "pass"));
    ck_assert(!lets_in(parsed.users, "adrian", ""));
    ck_assert(!lets_in(parsed.users, "", ""));
    ck_assert_uint_eq(parsed.skipped.size(), 1);
    ck_assert_msg(parsed.skipped[0].find("user1") == std::string::npos, "it may be a password");
}
END_TEST

START_TEST(test_list_entries_of_any_form) {
    const struct {
        const char *list;
        const char *user;
        const char *password;
    } kCases[] = {
        {"a:", "a", ""},
        {"a:b:c", "a", "b:c"},
        {"x:y, a:b", "a", "b"},
        {",a:b,", "a", "b"},
        {"a:b ", "a", "b "},
        {"a:old,a:new", "a", "new"},
        {"a:p@ss/w\"rd", "a", "p@ss/w\"rd"},
    };
    for (const auto &[list, user, password] : kCases)
        ck_assert_msg(lets_in(users_of_list(list).users, user, password), "%s", list);
    ck_assert(!lets_in(users_of_list("a:old,a:new").users, "a", "old"));
}
END_TEST

START_TEST(test_list_without_a_user_is_an_error) {
    for (const char *list : {"", "a", ",", "a,b", ":", ":p", " "})
        ck_assert_msg(!Users::from_list(list, kRealm).ok(), "%s", list);
    for (const char *realm : {"", "a:b", "a\"b", "a\\b", "a\nb"})
        ck_assert_msg(!Users::from_list("a:b", realm).ok(), "%s", realm);
}
END_TEST

START_TEST(test_nobody_lets_nobody_in) {
    const Users nobody;
    ck_assert(nobody.empty());
    ck_assert(!lets_in(nobody, "", ""));
    ck_assert(nobody.verify(digest(DigestAlgorithm::Md5, ""), "DESCRIBE") == nullptr);
}
END_TEST

START_TEST(test_file_takes_lines_of_its_realm) {
    const std::string md5 = rtsp::user_digest(DigestAlgorithm::Md5, "ann", kRealm, "secret");
    const std::string sha256 = rtsp::user_digest(DigestAlgorithm::Sha256, "bob", kRealm, "hidden");
    const auto parsed = users_of_file("# viewers\r\n\nann:cameras:" + md5 + "\r\nbob:cameras:" + sha256 +
                                      "\ncid:doors:" + md5 + "\ndan:cameras:123\neve\nfay:cameras:" + md5 + "0");
    ck_assert(lets_in(parsed.users, "ann", "secret"));
    ck_assert(lets_in(parsed.users, "bob", "hidden"));
    ck_assert(!lets_in(parsed.users, "ann", "hidden"));
    ck_assert(!lets_in(parsed.users, "cid", "secret"));
    ck_assert_uint_eq(parsed.skipped.size(), 4);
    ck_assert(!parsed.users.all_know(DigestAlgorithm::Md5));
    ck_assert(!parsed.users.all_know(DigestAlgorithm::Sha256));
    for (const char *text : {"", "# nobody\n", "ann", "ann:doors:0123"})
        ck_assert_msg(!Users::from_htdigest(text, kRealm).ok(), "%s", text);
}
END_TEST

START_TEST(test_file_user_with_a_line_for_each_algorithm) {
    std::string text;
    for (const auto algorithm : {DigestAlgorithm::Md5, DigestAlgorithm::Sha256})
        text += "ann:cameras:" + rtsp::user_digest(algorithm, "ann", kRealm, "secret") + "\n";
    const auto parsed = users_of_file(text);
    for (const auto algorithm : {DigestAlgorithm::Md5, DigestAlgorithm::Sha256}) {
        ck_assert(parsed.users.all_know(algorithm));
        ck_assert(parsed.users.verify(digest(algorithm, "secret"), "DESCRIBE") != nullptr);
        ck_assert(parsed.users.verify(digest(algorithm, "secret"), "SETUP") == nullptr);
        ck_assert(parsed.users.verify(digest(algorithm, "Secret"), "DESCRIBE") == nullptr);
        ck_assert(parsed.users.verify(digest(algorithm, "secret", "doors"), "DESCRIBE") == nullptr);
    }
}
END_TEST

START_TEST(test_file_limits_users_to_mappings) {
    const std::string line = "ann:cameras:" + rtsp::user_digest(DigestAlgorithm::Md5, "ann", kRealm, "secret");
    const struct {
        const char *patterns;
        const char *mapping;
        bool may;
    } kCases[] = {
        {"", "/anything", true},
        {":/cam1", "/cam1", true},
        {":/cam1", "/cam10", false},
        {":/cam1,/cam2", "/cam2", true},
        {":cam*", "/cam2/low", true},
        {":/floor?/*", "/floor1/door", true},
        {":/floor?/*", "/floor10/door", false},
        {":*", "/", true},
        {":*/low", "/cam/low", true},
        {":/a:b", "/a:b", true},
    };
    for (const auto &[patterns, mapping, may] : kCases) {
        const auto parsed = users_of_file(line + patterns);
        ck_assert_msg(parsed.users.find("ann")->may_view(mapping) == may, "%s %s", patterns, mapping);
    }
    for (const char *patterns : {":", ":,", ":/a b", ":/a,,/b"})
        ck_assert_msg(!Users::from_htdigest(line + patterns, kRealm).ok(), "no limit is read from '%s'", patterns);
}
END_TEST

int main() {
    return test::run_suite("users", {
                                        test_list_takes_users_and_skips_what_has_no_colon,
                                        test_list_entries_of_any_form,
                                        test_list_without_a_user_is_an_error,
                                        test_nobody_lets_nobody_in,
                                        test_file_takes_lines_of_its_realm,
                                        test_file_user_with_a_line_for_each_algorithm,
                                        test_file_limits_users_to_mappings,
                                    });
}

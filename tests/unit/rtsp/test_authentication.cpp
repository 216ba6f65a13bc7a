// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "rtsp/authentication.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using rtsp::BasicCredentials;
using rtsp::CredentialsError;
using rtsp::DigestAlgorithm;
using rtsp::DigestCredentials;
using test::assert_text;

namespace {

const std::string kResponse = "8ca523f5e9506fed4657c9700eebdbec";
const std::string kLongResponse = kResponse + kResponse;

DigestCredentials digest(const std::string &value) {
    const auto parsed = rtsp::parse_authorization(value);
    ck_assert_msg(parsed.ok(), "%s: %s", value.c_str(), parsed.ok() ? "" : parsed.error().message.c_str());
    ck_assert(std::holds_alternative<DigestCredentials>(*parsed));
    return std::get<DigestCredentials>(*parsed);
}

std::string digest_value(const std::string &more, const std::string &response = kResponse) {
    return "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"rtsp://h/x\", response=\"" + response + "\"" + more;
}

}  // namespace

START_TEST(test_authorization_of_players_is_read) {
    const struct {
        const char *player;
        std::string value;
        bool is_protected;
    } kCases[] = {
        {"rtspsrc", digest_value(""), false},
        {"ffmpeg", digest_value(", algorithm=\"MD5\", qop=\"auth\", cnonce=\"64d7\", nc=00000001"), true},
        {"curl", digest_value(", cnonce=\"x==\", nc=00000001, qop=auth, algorithm=MD5"), true},
        {"a client that does not quote", "digest USERNAME=u,realm=r , nonce=n,uri=rtsp://h/x,response=" + kResponse,
         false},
        {"a client that adds commas", digest_value(", ,opaque=\"\","), false},
        {"upper-case digits", digest_value("", "8CA523F5E9506FED4657C9700EEBDBEC"), false},
    };
    for (const auto &[player, value, is_protected] : kCases) {
        const DigestCredentials read = digest(value);
        assert_text(read.user, "u");
        assert_text(read.realm, "r");
        assert_text(read.nonce, "n");
        assert_text(read.uri, "rtsp://h/x");
        assert_text(read.response, kResponse);
        ck_assert(read.algorithm == DigestAlgorithm::Md5);
        ck_assert_msg(read.protection.has_value() == is_protected, "%s", player);
    }
}
END_TEST

START_TEST(test_authorization_quoted_strings_are_unescaped) {
    const auto read = digest("Digest username=\"a\\\"b\\\\c, d=e\", realm=\"\", nonce=\"\", uri=\"\", response=\"" +
                             kResponse + "\"");
    assert_text(read.user, "a\"b\\c, d=e");
    assert_text(read.realm, "");
}
END_TEST

START_TEST(test_authorization_nonce_count_is_hexadecimal) {
    const auto read = digest(digest_value(", algorithm=SHA-256, qop=auth, cnonce=c, nc=0000001F", kLongResponse));
    ck_assert(read.algorithm == DigestAlgorithm::Sha256);
    ck_assert_uint_eq(read.protection->count, 0x1f);
    assert_text(read.protection->nonce_count, "0000001F");
}
END_TEST

START_TEST(test_authorization_basic_is_decoded) {
    const struct {
        const char *value;
        const char *user;
        const char *password;
    } kCases[] = {
        {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"},  // RFC 7617 section 2
        {"basic  dTo=", "u", ""},
        {"Basic dTo", "u", ""},
        {"BASIC dTphOmI=", "u", "a:b"},
        {"Basic OnA=", "", "p"},
    };
    for (const auto &[value, user, password] : kCases) {
        const auto parsed = rtsp::parse_authorization(value);
        ck_assert_msg(parsed.ok(), "%s", value);
        const auto &basic = std::get<BasicCredentials>(*parsed);
        assert_text(basic.user, user);
        assert_text(basic.password, password);
    }
}
END_TEST

START_TEST(test_authorization_that_is_wrong_is_refused) {
    const struct {
        std::string value;
        CredentialsError error;
    } kCases[] = {
        {"", CredentialsError::Malformed},
        {"Basic", CredentialsError::Malformed},
        {"Digest", CredentialsError::Malformed},
        {"Digest ", CredentialsError::Malformed},
        {"Bearer abc", CredentialsError::UnknownScheme},
        {"Basic dTo=x", CredentialsError::Malformed},
        {"Basic d", CredentialsError::Malformed},
        {"Basic ====", CredentialsError::Malformed},
        {"Basic dXA=", CredentialsError::Malformed},                      // "up": no colon
        {"Basic dTp4AA==", CredentialsError::Malformed},                  // NUL in the password
        {digest_value(", username=\"v\""), CredentialsError::Malformed},  // who of both?
        {digest_value(", opaque=\"no end"), CredentialsError::Malformed},
        {digest_value(", opaque=\"no end\\"), CredentialsError::Malformed},
        {digest_value(", opaque"), CredentialsError::Malformed},
        {digest_value(" opaque=\"\""), CredentialsError::Malformed},
        {digest_value("", ""), CredentialsError::Malformed},
        {digest_value("", kResponse + "0"), CredentialsError::Malformed},
        {digest_value("", "g" + kResponse.substr(1)), CredentialsError::Malformed},
        {digest_value(", algorithm=SHA-256"), CredentialsError::Malformed},  // of 32 digits
        {digest_value(", algorithm=MD5-sess"), CredentialsError::UnsupportedAlgorithm},
        {digest_value(", userhash=true"), CredentialsError::UnsupportedAlgorithm},
        {digest_value(", qop=auth-int, cnonce=c, nc=00000001"), CredentialsError::UnsupportedAlgorithm},
        {digest_value(", qop=auth, nc=00000001"), CredentialsError::Malformed},
        {digest_value(", qop=auth, cnonce=c"), CredentialsError::Malformed},
        {digest_value(", qop=auth, cnonce=c, nc=1"), CredentialsError::Malformed},
        {digest_value(", qop=auth, cnonce=c, nc=00000000"), CredentialsError::Malformed},
        {digest_value(", qop=auth, cnonce=c, nc=-0000001"), CredentialsError::Malformed},
        {digest_value(", qop=auth, cnonce=c, nc=0000000g"), CredentialsError::Malformed},
    };
    for (const auto &[value, error] : kCases) {
        const auto parsed = rtsp::parse_authorization(value);
        ck_assert_msg(!parsed.ok(), "%s", value.c_str());
        ck_assert_msg(parsed.error().code == error, "%s: %s", value.c_str(), parsed.error().message.c_str());
    }
}
END_TEST

START_TEST(test_challenges_have_the_form_of_their_rfcs) {
    assert_text(rtsp::to_string(rtsp::DigestChallenge{DigestAlgorithm::Sha256, "cameras", "0123", true}),
                "Digest realm=\"cameras\", nonce=\"0123\", algorithm=SHA-256, qop=\"auth\", stale=true");
    assert_text(rtsp::to_string(rtsp::DigestChallenge{DigestAlgorithm::Md5, "cameras", "0123", false}),
                "Digest realm=\"cameras\", nonce=\"0123\", algorithm=MD5, qop=\"auth\", stale=false");
    assert_text(rtsp::basic_challenge("cameras"), "Basic realm=\"cameras\", charset=\"UTF-8\"");
}
END_TEST

int main() {
    return test::run_suite("authentication", {
                                                 test_authorization_of_players_is_read,
                                                 test_authorization_quoted_strings_are_unescaped,
                                                 test_authorization_nonce_count_is_hexadecimal,
                                                 test_authorization_basic_is_decoded,
                                                 test_authorization_that_is_wrong_is_refused,
                                                 test_challenges_have_the_form_of_their_rfcs,
                                             });
}

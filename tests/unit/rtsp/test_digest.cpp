// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "rtsp/digest.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using rtsp::DigestAlgorithm;
using test::assert_text;

namespace {

// RFC 7616 section 3.9.1.
rtsp::DigestCredentials mufasa(DigestAlgorithm algorithm) {
    rtsp::DigestCredentials credentials;
    credentials.algorithm = algorithm;
    credentials.user = "Mufasa";
    credentials.realm = "http-auth@example.org";
    credentials.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    credentials.uri = "/dir/index.html";
    credentials.protection = rtsp::DigestProtection{"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "00000001", 1};
    return credentials;
}

std::string response(const rtsp::DigestCredentials &credentials) {
    const auto known = rtsp::user_digest(credentials.algorithm, credentials.user, credentials.realm, "Circle of Life");
    return rtsp::expected_response(credentials, known, "GET");
}

}  // namespace

START_TEST(test_digest_responses_are_those_of_the_rfc) {
    assert_text(response(mufasa(DigestAlgorithm::Md5)), "8ca523f5e9506fed4657c9700eebdbec");
    assert_text(response(mufasa(DigestAlgorithm::Sha256)),
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}
END_TEST

// RFC 2069 section 2.4, as its erratum 749 has it.
START_TEST(test_digest_response_without_protection_is_that_of_the_old_rfc) {
    rtsp::DigestCredentials credentials;
    credentials.user = "Mufasa";
    credentials.realm = "testrealm@host.com";
    credentials.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
    credentials.uri = "/dir/index.html";
    const auto known = rtsp::user_digest(DigestAlgorithm::Md5, credentials.user, credentials.realm, "CircleOfLife");
    assert_text(rtsp::expected_response(credentials, known, "GET"), "1949323746fe6a43ef61f9606e7febea");
}
END_TEST

// RFC 4231 section 4.3.
START_TEST(test_keyed_digest_is_hmac_sha256) {
    assert_text(rtsp::keyed_digest("Jefe", "what do ya want for nothing?"),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
END_TEST

START_TEST(test_secrets_are_the_same_only_if_they_are_there) {
    ck_assert(rtsp::is_same_secret("abc", "abc"));
    ck_assert(!rtsp::is_same_secret("abc", "abd"));
    ck_assert(!rtsp::is_same_secret("abc", "abcd"));
    ck_assert(!rtsp::is_same_secret("abc", ""));
    ck_assert(!rtsp::is_same_secret("", ""));
    assert_text(rtsp::expected_response(mufasa(DigestAlgorithm::Md5), "", "GET"), "");
}
END_TEST

int main() {
    return test::run_suite("digest", {
                                         test_digest_responses_are_those_of_the_rfc,
                                         test_digest_response_without_protection_is_that_of_the_old_rfc,
                                         test_keyed_digest_is_hmac_sha256,
                                         test_secrets_are_the_same_only_if_they_are_there,
                                     });
}

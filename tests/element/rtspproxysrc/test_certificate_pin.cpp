// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtspproxysrc/certificate_pin.h"
#include "support/check_suite.h"

using namespace rtspproxy;

START_TEST(test_parse_fingerprint_takes_what_openssl_prints) {
    const std::string digits = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    const std::string colons =
        "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";
    ck_assert(parse_fingerprint(digits) == digits);
    ck_assert(parse_fingerprint(colons) == digits);
    for (const std::string &text : {std::string(), digits.substr(1), digits + "00", "0:0" + digits.substr(2),
                                    "g" + digits.substr(1), "sha256 Fingerprint=" + colons})
        ck_assert_msg(!parse_fingerprint(text), "%s", text.c_str());
}
END_TEST

int main() {
    return rtspcore::test::run_suite("certificate_pin", {test_parse_fingerprint_takes_what_openssl_prints});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/key_management.h"
#include "support/check_suite.h"

using namespace rtspcore;

START_TEST(test_mikey_data) {
    const struct {
        const char *header;
        const char *data;  // null: there is none
    } kCases[] = {
        {R"(prot=mikey;uri="rtsp://h/cam/stream=0";data="AQAFAF==")", "AQAFAF=="},
        {R"(prot=mikey; uri="rtsp://h/cam?a=1;b=2"; data="AQ==")", "AQ=="},
        {R"(PROT=MIKEY;DATA=AQ==)", "AQ=="},
        {R"(prot=other;data="no", prot=mikey;data="yes")", "yes"},
        {R"(prot=mikey;data="first", prot=mikey;data="second")", "first"},
        {R"(prot=mikey;uri="a,b";data="AQ==")", "AQ=="},
        {R"(prot=mikey;data="")", nullptr},
        {R"(prot=mikey)", nullptr},
        {R"(data="AQ==")", nullptr},
        {R"(prot=kink;data="AQ==")", nullptr},
        {"", nullptr},
        {",;,=;\"", nullptr},
    };
    for (const auto &test : kCases) {
        const auto data = rtsp::mikey_data(test.header);
        ck_assert_msg(data.ok() == (test.data != nullptr), "'%s'", test.header);
        if (data)
            ck_assert_str_eq(data->c_str(), test.data);
        else
            ck_assert_int_eq(static_cast<int>(data.error().code), 463);
    }
}
END_TEST

int main() {
    return test::run_suite("key_management", {test_mikey_data});
}

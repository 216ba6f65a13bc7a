// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "rtsp/key_management.h"
#include "support/check_suite.h"

using namespace rtspcore;

START_TEST(test_mikey_message) {
    const struct {
        const char *header;
        const char *message;  // empty: there is none
    } kCases[] = {
        {R"(prot=mikey;uri="rtsp://h/cam/stream=0";data="SGVsbG8=")", "Hello"},
        {R"(prot=mikey; uri="rtsp://h/cam?a=1;b=2"; data="SGVsbG8=")", "Hello"},
        {R"(PROT=MIKEY;DATA=SGVsbG8=)", "Hello"},
        {R"(prot=other;data="bm8=", prot=mikey;data="SGVsbG8=")", "Hello"},
        {R"(prot=mikey;data="SGVsbG8=", prot=mikey;data="bm8=")", "Hello"},
        {R"(prot=mikey;uri="a,b";data="SGVsbG8=")", "Hello"},
        {R"(prot=mikey;data="")", ""},
        {R"(prot=mikey;data="no-base64")", ""},
        {R"(prot=mikey)", ""},
        {R"(data="SGVsbG8=")", ""},
        {R"(prot=kink;data="SGVsbG8=")", ""},
        {"", ""},
        {",;,=;\"", ""},
    };
    for (const auto &test : kCases) {
        const auto message = rtsp::mikey_message(test.header);
        const std::string found = message ? std::string(message->begin(), message->end()) : "";
        ck_assert_msg(found == test.message, "'%s': '%s'", test.header, found.c_str());
        if (!message)
            ck_assert_int_eq(static_cast<int>(message.error().code), 463);
    }
}
END_TEST

int main() {
    return test::run_suite("key_management", {test_mikey_message});
}

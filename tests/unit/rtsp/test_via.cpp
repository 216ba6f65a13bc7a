// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/via.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore::rtsp;
using rtspcore::test::assert_text;

START_TEST(test_proxies_are_named_in_their_order) {
    const struct {
        const char *via;
        std::vector<std::string_view> proxies;
    } cases[] = {
        {"", {}},
        {"RTSP/1.0 one", {"one"}},
        {"RTSP/1.0 one, 1.1 two:554 (a comment)", {"one", "two:554"}},
        {" , RTSP/1.0,RTSP/1.0  \t one,", {"one"}},
    };
    for (const auto &[via, proxies] : cases)
        ck_assert_msg(proxies_in(via) == proxies, "%s", via);
}
END_TEST

START_TEST(test_one_more_stands_at_the_end) {
    assert_text(via_with("", "one"), "RTSP/1.0 one");
    assert_text(via_with("RTSP/1.0 one", "two"), "RTSP/1.0 one, RTSP/1.0 two");
    ck_assert(names_proxy(via_with("RTSP/1.0 one", "two"), "two"));
    ck_assert(!names_proxy("RTSP/1.0 one", "on"));
}
END_TEST

int main() {
    return rtspcore::test::run_suite("via", {test_proxies_are_named_in_their_order, test_one_more_stands_at_the_end});
}

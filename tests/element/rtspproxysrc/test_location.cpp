// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>
#include <vector>

#include "rtspproxysrc/location.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspproxy;
using rtspcore::test::assert_text;

START_TEST(test_masked_hides_every_password_and_nothing_else) {
    struct Case {
        const char *text;
        const char *masked;
    };
    constexpr Case kCases[] = {
        {"rtsp://camera/1", "rtsp://camera/1"},
        {"rtsp://u:p@camera:554/1", "rtsp://u:***@camera:554/1"},
        {"rtsp://u@camera/1", "rtsp://u@camera/1"},
        {"rtsp://u:a@b:c@camera/1", "rtsp://u:***@camera/1"},
        {"rtsp://u:@camera", "rtsp://u:***@camera"},
        {"rtsp://[2001:db8::1]:554/x@y", "rtsp://[2001:db8::1]:554/x@y"},
        {"rtsp://camera/a:b@c", "rtsp://camera/a:b@c"},
        {"no rtsp://a:b@c/1, and rtsp://d:e@f/2.", "no rtsp://a:***@c/1, and rtsp://d:***@f/2."},
        {"", ""},
    };
    for (const auto &[text, expected] : kCases)
        assert_text(masked(text), expected);
}
END_TEST

START_TEST(test_split_locations_takes_commas_and_white_space) {
    const std::vector<std::string> expected{"rtsp://a/1", "rtsp://b/2", "rtsp://c/3"};
    ck_assert(split_locations(" rtsp://a/1,rtsp://b/2 ,\n rtsp://c/3,") == expected);
    ck_assert(split_locations(" , ").empty());
}
END_TEST

START_TEST(test_is_usable_wants_a_scheme_of_rtsp_and_a_host) {
    struct Case {
        const char *location;
        bool usable;
    };
    constexpr Case kCases[] = {
        {"rtsp://camera/1", true},
        {"rtsps://u:p@[::1]:322/1", true},
        {"rtspt://camera", true},
        {"rtspproxy://camera/1", true},
        {"http://camera/1", false},
        {"camera/1", false},
        {"rtsp://", false},
        {"rtsp:///1", false},
        {"", false},
    };
    for (const auto &[location, usable] : kCases)
        ck_assert_msg(is_usable(location) == usable, "%s", location);
}
END_TEST

START_TEST(test_upstream_url_takes_the_own_scheme_for_rtsp) {
    assert_text(upstream_url("RtspProxy://camera/1"), "rtsp://camera/1");
    assert_text(upstream_url("rtsps://camera/1"), "rtsps://camera/1");
    ck_assert(names_transport("rtspt://camera/1"));
    ck_assert(!names_transport("rtsp://camera/1"));
}
END_TEST

START_TEST(test_tunnelled_url_says_so_by_its_scheme) {
    assert_text(tunnelled_url("rtsp://u:p@camera/1"), "rtsph://u:p@camera/1");
    assert_text(tunnelled_url("rtsps://camera/1"), "rtspsh://camera/1");
    assert_text(tunnelled_url("rtsph://camera/1"), "rtsph://camera/1");
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "location",
        {test_tunnelled_url_says_so_by_its_scheme, test_masked_hides_every_password_and_nothing_else,
         test_split_locations_takes_commas_and_white_space, test_is_usable_wants_a_scheme_of_rtsp_and_a_host,
         test_upstream_url_takes_the_own_scheme_for_rtsp});
}

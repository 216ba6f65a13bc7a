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

START_TEST(test_address_of_takes_credentials_out_and_decodes_them) {
    struct Case {
        const char *url;
        const char *rest;
        bool has_user;
        const char *user;
        const char *password;
    };
    constexpr Case kCases[] = {
        {"rtsp://camera:554/1?x=a@b", "rtsp://camera:554/1?x=a@b", false, "", ""},
        {"rtsps://u:p@camera:322/1", "rtsps://camera:322/1", true, "u", "p"},
        {"rtsp://u:@camera", "rtsp://camera", true, "u", ""},
        {"rtsp://u@[::1]:554/1", "rtsp://[::1]:554/1", true, "u", ""},
        {"rtsp://a%40b:p%3a%2F%25@camera/1", "rtsp://camera/1", true, "a@b", "p:/%"},
        {"rtsp://u:a@b:c@camera/1", "rtsp://camera/1", true, "u", "a@b:c"},
        {"rtsp://u:100%@camera/1", "rtsp://camera/1", true, "u", "100%"},
        {"camera", "camera", false, "", ""},
    };
    for (const auto &[url, rest, has_user, user, password] : kCases) {
        const Address address = address_of(url);
        assert_text(address.url, rest);
        ck_assert(address.has_user == has_user);
        assert_text(address.user, user);
        assert_text(address.password, password);
    }
}
END_TEST

START_TEST(test_server_of_is_host_and_port) {
    assert_text(server_of("rtsp://u:p@camera:554/1"), "camera:554");
    assert_text(server_of("rtsps://[::1]:322"), "[::1]:322");
    assert_text(server_of("rtsp://camera/a@b"), "camera");
    assert_text(server_of("camera"), "");
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
        {"rtsp://u@camera/1", true},
        {"rtsp://u:p@", false},
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
         test_server_of_is_host_and_port, test_address_of_takes_credentials_out_and_decodes_them,
         test_split_locations_takes_commas_and_white_space, test_is_usable_wants_a_scheme_of_rtsp_and_a_host,
         test_upstream_url_takes_the_own_scheme_for_rtsp});
}

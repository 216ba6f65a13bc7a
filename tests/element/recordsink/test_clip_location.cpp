// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include "recordsink/clip_location.h"
#include "support/check_suite.h"

using recordsink::ClipLocation;

START_TEST(test_ids_give_names_that_stay_in_the_folder) {
    struct Case {
        const char *id;
        const char *path;
    };
    constexpr Case kCases[] = {
        {"door-1", "/rec/door-1/7.mp4"},   {"../../etc", "/rec/_._.._etc/7.mp4"},
        {"..", "/rec/_./7.mp4"},           {"a/b", "/rec/a_b/7.mp4"},
        {".hidden", "/rec/_hidden/7.mp4"}, {"", "/rec/_/7.mp4"},
        {"%i%%", "/rec/_i__/7.mp4"},       {"T\xc3\xbcr", "/rec/T__r/7.mp4"},
        {"a.b", "/rec/a.b/7.mp4"},         {"with\nline", "/rec/with_line/7.mp4"},
    };
    const auto location = ClipLocation::parse("/rec/%{event}/%i.mp4");
    ck_assert(location.ok());
    for (const Case &c : kCases) {
        const std::string path = location->of(c.id).expand(0, 7);
        ck_assert_str_eq(path.c_str(), c.path);
    }
    ck_assert_uint_lt(location->of(std::string(1000, 'x')).expand(0, 7).size(), 100);
}
END_TEST

START_TEST(test_all_clips_have_one_folder_and_one_glob) {
    const auto location = ClipLocation::parse("/rec/%{event}/%Y.mp4");
    ck_assert_str_eq(location->any().root().c_str(), "/rec");
    const std::string glob = location->any().glob();
    ck_assert_str_eq(glob.c_str(), "/rec/*/**.mp4");
}
END_TEST

START_TEST(test_patterns_that_no_location_may_have_are_refused) {
    for (const char *pattern : {"", "/rec/", "/rec/%{event}/../%i.mp4", "/rec/%{name}.mp4", "/rec/%D"})
        ck_assert_msg(!ClipLocation::parse(pattern), "%s", pattern);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return rtspcore::test::run_suite(
        "clip_location", {test_ids_give_names_that_stay_in_the_folder, test_all_clips_have_one_folder_and_one_glob,
                          test_patterns_that_no_location_may_have_are_refused});
}

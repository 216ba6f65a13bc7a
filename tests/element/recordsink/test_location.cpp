// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fnmatch.h>

#include <optional>

#include "recordsink/name_pattern.h"
#include "support/check_suite.h"

using recordsink::Location;
using recordsink::LocationError;

namespace {

// 2026-01-02T03:04:05.000678Z
constexpr recordsink::UnixTime kStart = 1767323045'000678000;

Location parsed(const char *pattern) {
    auto location = Location::parse(pattern);
    ck_assert_msg(location.ok(), "%s", pattern);
    return *location;
}

}  // namespace

START_TEST(test_expand_gives_utc_and_sequence) {
    struct Case {
        const char *pattern;
        const char *path;
    };
    constexpr Case kCases[] = {
        {"/r/%Y-%m-%d/%H-%M-%S.mp4", "/r/2026-01-02/03-04-05.mp4"},
        {"/r/%-d-%-m.mp4", "/r/2-1.mp4"},
        {"/r/%s.%f.ts", "/r/1767323045.000678.ts"},
        {"cam%i.mkv", "cam7.mkv"},
        {"cam%05i.mkv", "cam00007.mkv"},
        {"100%%-%i", "100%-7"},
        {"/r/%3f-%6f-%9f.ts", "/r/000-000678-000678000.ts"},
        {"/r/%N/%o/%S.ts", "/r/camera/test/05.ts"},
    };
    for (const Case &c : kCases)
        ck_assert(parsed(c.pattern).expand(kStart, 7) == c.path);
}
END_TEST

// What an application or the network calls things must not lead elsewhere, or hide.
START_TEST(test_names_from_elsewhere_stay_in_the_folder) {
    struct Case {
        const char *name;
        const char *part;
    };
    constexpr Case kCases[] = {
        {"door", "door"}, {"/stream1", "stream1"},         {"/a/b c", "a_b_c"},
        {"..", "_.."},    {"../../etc/x", "_.._.._etc_x"}, {".hidden", "_.hidden"},
        {"", "_"},        {"%Y\"'$(x)", "_Y____x_"},       {"T\xc3\xbcr", "T__r"},
    };
    for (const Case &c : kCases) {
        const std::string path = parsed("/r/%N.mp4").of_camera(c.name).expand(kStart, 0);
        ck_assert_msg(path == std::string("/r/") + c.part + ".mp4", "%s: %s", c.name, path.c_str());
    }
    ck_assert(parsed("/r/%o.ts").of_mapping(std::string(300, 'x')).expand(kStart, 0).size() < 255);
    ck_assert(parsed("/r/%o.ts").of_mapping("").expand(kStart, 0) == "/r/test.ts");
    ck_assert(parsed("/r/%o.ts").needs_mapping() && !parsed("/r/%o.ts").of_mapping("/a").needs_mapping());
    ck_assert(!parsed("/r/%N.ts").needs_mapping());
}
END_TEST

START_TEST(test_pattern_fits_names_of_this_location_only) {
    const Location location = parsed("/r/%N/%Y-%m-%d/%o-%T-%i.mp4").of_camera("door").of_mapping("main");
    const recordsink::NamePattern pattern(location);
    const std::string name = location.expand(kStart, 3).substr(3);
    ck_assert(pattern.matches(name) && pattern.matches(recordsink::numbered(name, 12)));
    for (const char *other :
         {"", "door2/2026-01-02/main-03:04:05-3.mp4", "door/2026-01-02/sub-03:04:05-3.mp4",
          "door/2026-01-02/main-03:04:05-3.mp4.part", "door/2026-01-02/main-03:04:05-3xmp4",
          "x/door/2026-01-02/main-03:04:05-3.mp4", "door/2026-01-02/main-03:04:05-three.mp4", "door/../main-3.mp4"})
        ck_assert_msg(!pattern.matches(other), "%s", other);
    for (const char letter : std::string("aAbBCdFgGhHIjmMpPRsSTuUVwWyYzZfi")) {
        const Location one = parsed((std::string("/r/x%") + letter + "y.ts").c_str());
        const std::string given = one.expand(kStart, 3).substr(3);
        ck_assert_msg(recordsink::NamePattern(one).matches(given), "%%%c: %s", letter, given.c_str());
    }
}
END_TEST

START_TEST(test_parse_refuses_what_names_no_file_below_the_folder) {
    struct Case {
        const char *pattern;
        std::optional<LocationError> error;
    };
    const Case cases[] = {
        {"", LocationError::Empty},
        {"/r/%Y/", LocationError::Empty},
        {"/r/%D.mp4", LocationError::BadConversion},
        {"/r/%x.mp4", LocationError::BadConversion},
        {"/r/%n.mp4", LocationError::BadConversion},
        {"/r/%999999Y.mp4", LocationError::BadConversion},
        {"/r/50%", LocationError::BadConversion},
        {"/r/%e.mp4", LocationError::BadConversion},
        {"/r/%-k.mp4", LocationError::BadConversion},
        {"/r/%l.mp4", LocationError::BadConversion},
        {"/r/%_d.mp4", LocationError::BadConversion},
        {"/r/%9A.mp4", LocationError::BadConversion},
        {"/r/%5i.mp4", LocationError::BadConversion},
        {"/r/%-5i.mp4", LocationError::BadConversion},
        {"/r/%-d-%3d-%05i-%A.mp4", std::nullopt},
        {"/r/%Y/../../etc/passwd", LocationError::LeavesFolder},
        {"%Y/../x.mp4", LocationError::LeavesFolder},
        {"../rec/%Y.mp4", std::nullopt},
        {"/r/..%Y.mp4", std::nullopt},
    };
    for (const Case &c : cases) {
        const auto location = Location::parse(c.pattern);
        ck_assert_msg(location.ok() == !c.error, "%s", c.pattern);
        if (c.error)
            ck_assert_msg(location.error().code == *c.error, "%s", c.pattern);
    }
}
END_TEST

START_TEST(test_what_is_refused_is_named_and_nothing_more) {
    struct Case {
        const char *pattern;
        const char *named;
    };
    const Case cases[] = {
        {"/r/%c.mp4", "'%c'"},
        {"/r/%-e-%d.mp4", "'%-e'"},
        {"/r/%12Q.mp4", "'%12Q'"},
        {"/r/50%", "'%'"},
        {"/r/%{name}-%H.mp4", "'%{name}'"},
        {"/r/%{name", "'%{'"},
        {"/r/%\u00e9t", "'%\u00e9'"},
    };
    for (const Case &c : cases) {
        const std::string message = Location::parse(c.pattern).error().message;
        ck_assert_msg(message.rfind(c.named, 0) == 0, "%s: %s", c.pattern, message.c_str());
    }
}
END_TEST

START_TEST(test_root_is_the_folder_before_conversions) {
    ck_assert(parsed("/var/rec/%Y/%d.mp4").root() == "/var/rec");
    ck_assert(parsed("/var/rec/x%Y/%d.mp4").root() == "/var/rec");
    ck_assert(parsed("/%Y.mp4").root() == "/");
    ck_assert(parsed("%Y.mp4").root() == ".");
    ck_assert(parsed("/var/one.mp4").root() == "/var");
}
END_TEST

// Else a file is called otherwise in the index than it was named, and retention takes it for another.
START_TEST(test_a_folder_that_is_this_one_is_not_in_names) {
    for (const char *pattern : {"./%05i.mp4", "././%05i.mp4", ".//%05i.mp4"}) {
        const Location location = parsed(pattern);
        ck_assert_msg(location.expand(kStart, 3) == "00003.mp4" && location.root() == ".", "%s", pattern);
    }
    ck_assert(parsed("./rec/%i.mp4").root() == "rec");
    ck_assert(parsed(".%i.mp4").expand(kStart, 3) == ".3.mp4");
    for (const char *pattern : {"./", ".//", "./."})
        ck_assert_msg(!Location::parse(pattern) || parsed(pattern).root() == ".", "%s", pattern);
}
END_TEST

START_TEST(test_glob_fits_names_and_numbered_names_only) {
    const Location location = parsed("/r/%Y/[a]%H.mp4");
    const std::string name = location.expand(kStart, 0);
    const std::string glob = location.glob();
    ck_assert_int_eq(fnmatch(glob.c_str(), name.c_str(), FNM_PATHNAME), 0);
    ck_assert_int_eq(fnmatch(glob.c_str(), recordsink::numbered(name, 2).c_str(), FNM_PATHNAME), 0);
    for (const char *other : {"/r/2026/a03.mp4", "/r/2026/[a]03.txt", "/r/[a]03.mp4", "/r/1/2/[a]03.mp4"})
        ck_assert_msg(fnmatch(glob.c_str(), other, FNM_PATHNAME) != 0, "%s", other);
}
END_TEST

START_TEST(test_numbered_goes_before_the_extension) {
    ck_assert(recordsink::numbered("/a.b/c.mp4", 2) == "/a.b/c-2.mp4");
    ck_assert(recordsink::numbered("/a.b/c", 3) == "/a.b/c-3");
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "location",
        {test_expand_gives_utc_and_sequence, test_names_from_elsewhere_stay_in_the_folder,
         test_pattern_fits_names_of_this_location_only, test_parse_refuses_what_names_no_file_below_the_folder,
         test_what_is_refused_is_named_and_nothing_more, test_root_is_the_folder_before_conversions,
         test_a_folder_that_is_this_one_is_not_in_names, test_glob_fits_names_and_numbered_names_only,
         test_numbered_goes_before_the_extension});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mp4_text.h"
#include "recordsink/fragment_runs.h"
#include "support/check_suite.h"

using recordsink::with_places_of_runs;
using recordsink::test::box;
using recordsink::test::number;

namespace {

std::string full(const char *type, uint32_t flags, const std::string &content) {
    return box(type, number(flags, 4) + content);
}

// `first`, `second`...: where the data of the runs is; 0: not said.
std::string picture_runs(uint32_t first, uint32_t second, uint32_t third) {
    const auto run = [](uint32_t flags, uint32_t count, uint32_t place, const std::string &samples) {
        return full("trun", place ? flags | 1 : flags, number(count, 4) + (place ? number(place, 4) : "") + samples);
    };
    return box("traf",
               full("tfhd", 0x8, number(1, 4) + number(100, 4)) + full("tfdt", 0, number(0, 4)) +
                   run(0x200, 1, first, number(500, 4)) +
                   run(0xf00, 2, second,
                       number(9, 4) + number(30, 4) + number(0, 8) + number(9, 4) + number(12, 4) + number(0, 8)) +
                   run(0x604, 1, third, number(7, 4) + number(40, 4) + number(0, 4)));
}

std::string sound_runs(uint32_t first, uint32_t second, uint32_t third) {
    const auto run = [](uint32_t count, uint32_t place) {
        return full("trun", place ? 1 : 0, number(count, 4) + (place ? number(place, 4) : ""));
    };
    return box("traf", full("tfhd", 0x38, number(2, 4) + number(960, 4) + number(160, 4) + number(0, 4)) +
                           run(1, first) + run(3, second) + run(1, third));
}

// Two lines of 17 bytes, and nothing between them. `size`: what tells that of the second line.
std::string text_runs(uint32_t first, uint32_t second, uint32_t third, const std::string &size) {
    const auto run = [](uint32_t flags, uint32_t place, const std::string &sample) {
        return full("trun", place ? flags | 1 : flags, number(1, 4) + (place ? number(place, 4) : "") + sample);
    };
    return box("traf", full("tfhd", 0x20, number(3, 4) + number(0, 4)) +
                           run(0x300, first, number(9, 4) + number(17, 4)) +
                           run(0x300, second, number(0, 4) + number(2, 4)) +
                           run(size.empty() ? 0x500 : 0x700, third, number(100, 4) + size + number(8, 4)));
}

std::string fragment(const std::string &trafs) {
    return box("moof", full("mfhd", 0, number(7, 4)) + trafs);
}

}  // namespace

START_TEST(test_runs_that_follow_on_others_say_where_they_are) {
    const std::string before = fragment(picture_runs(300, 0, 0) + sound_runs(842, 0, 0));
    constexpr uint32_t kGrowth = 4 * 4;
    const std::string after = fragment(picture_runs(300 + kGrowth, 800 + kGrowth, 842 + kGrowth) +
                                       sound_runs(842 + kGrowth, 1002 + kGrowth, 1482 + kGrowth));
    const std::string media = box("mdat", "media") + "rest";
    ck_assert(with_places_of_runs(before + media) == after + media);
}
END_TEST

START_TEST(test_runs_of_samples_as_large_as_the_first_say_so) {
    constexpr uint32_t kGrowth = 3 * 4;
    ck_assert(with_places_of_runs(fragment(text_runs(152, 0, 0, ""))) ==
              fragment(text_runs(152 + kGrowth, 169 + kGrowth, 171 + kGrowth, number(17, 4))));
}
END_TEST

START_TEST(test_what_has_nothing_to_be_added_stays_as_it_is) {
    ck_assert(!with_places_of_runs(fragment(picture_runs(300, 800, 842)) + box("mdat", "media")));
    // Where the first is, nobody knows.
    ck_assert(!with_places_of_runs(fragment(picture_runs(0, 0, 0))));
    ck_assert(!with_places_of_runs(box("ftyp", "iso5")));
    ck_assert(!with_places_of_runs(""));
}
END_TEST

START_TEST(test_any_bytes_are_taken) {
    const std::string file = fragment(picture_runs(300, 0, 0) + sound_runs(842, 0, 0) + text_runs(1642, 0, 0, ""));
    for (size_t length = 0; length <= file.size(); length++)
        (void)with_places_of_runs(file.substr(0, length));
    for (size_t at = 0; at < file.size(); at++)
        for (const char byte : {'\xff', '\0', '\x08'}) {
            std::string broken = file;
            broken[at] = byte;
            (void)with_places_of_runs(broken);
        }
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "fragment_runs",
        {test_runs_that_follow_on_others_say_where_they_are, test_runs_of_samples_as_large_as_the_first_say_so,
         test_what_has_nothing_to_be_added_stays_as_it_is, test_any_bytes_are_taken});
}

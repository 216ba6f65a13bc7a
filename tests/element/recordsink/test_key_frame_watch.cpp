// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recordsink/key_frame_watch.h"
#include "support/check_suite.h"

using recordsink::KeyFrameWatch;

namespace {

constexpr int64_t kSecond = 1'000'000'000;

struct Counts {
    int keys = 0;
    int asked = 0;
};

// `seconds` of pictures, five a second, with a key frame at first or none.
Counts watch(int seconds, bool first_is_key) {
    KeyFrameWatch watch;
    Counts counts;
    for (int i = 0; i < seconds * 5; i++) {
        const auto verdict = watch.observe(i * kSecond / 5, first_is_key && i == 0);
        counts.keys += verdict.is_key;
        counts.asked += verdict.ask;
    }
    return counts;
}

}  // namespace

START_TEST(test_key_frames_that_come_are_left_alone) {
    KeyFrameWatch watch;
    for (int i = 0; i < 1000; i++) {
        const auto verdict = watch.observe(i * kSecond / 5, i % 50 == 0);
        ck_assert(verdict.is_key == (i % 50 == 0));
        ck_assert(!verdict.ask);
    }
}
END_TEST

START_TEST(test_streams_without_key_frames_are_asked_and_then_taken_as_they_are) {
    ck_assert_int_eq(watch(9, false).keys, 0);
    ck_assert_int_eq(watch(9, false).asked, 8);
    ck_assert_int_eq(watch(11, false).keys, 1);
}
END_TEST

START_TEST(test_streams_with_one_key_frame_are_cut_into_pieces) {
    ck_assert_int_eq(watch(19, true).asked, 0);
    ck_assert_int_eq(watch(29, true).keys, 1);
    ck_assert_int_gt(watch(29, true).asked, 5);
    ck_assert_int_eq(watch(91, true).keys, 4);
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "key_frame_watch",
        {test_key_frames_that_come_are_left_alone, test_streams_without_key_frames_are_asked_and_then_taken_as_they_are,
         test_streams_with_one_key_frame_are_cut_into_pieces});
}

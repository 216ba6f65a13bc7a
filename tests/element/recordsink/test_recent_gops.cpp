// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include "recordsink/recent_gops.h"
#include "support/check_suite.h"

using recordsink::RecentGops;
using recordsink::Unit;

namespace {

constexpr int64_t kPicture = 40;
constexpr uint64_t kBytes = 100;
constexpr int kGop = 5;
constexpr uint64_t kPlenty = 1 << 30;

const int kVideoStream = 0;
const int kSoundStream = 0;
const RecentGops::Key kVideo = &kVideoStream;
const RecentGops::Key kSound = &kSoundStream;

Unit unit(int64_t time, bool key) {
    Unit unit;
    unit.time = time;
    unit.duration = kPicture;
    unit.key = key;
    unit.bytes = kBytes;
    return unit;
}

void add_pictures(RecentGops &recent, int first, int count) {
    for (int i = first; i < first + count; i++)
        recent.add(kVideo, true, unit(i * kPicture, i % kGop == 0));
}

}  // namespace

START_TEST(test_start_is_the_key_frame_at_or_before) {
    RecentGops recent;
    recent.set_bounds({kPlenty, 100 * kPicture});
    add_pictures(recent, 10, 20);
    struct Case {
        int64_t wanted;
        int64_t start;
    };
    for (const Case &c : {Case{17, 15}, Case{15, 15}, Case{19, 15}, Case{20, 20}, Case{99, 25}, Case{3, 10}})
        ck_assert_int_eq(recent.start_for(c.wanted * kPicture), c.start * kPicture);
    ck_assert_uint_eq(recent.from(kVideo, 20 * kPicture).size(), 10);
}
END_TEST

START_TEST(test_what_is_kept_reaches_back_to_the_key_frame_before_its_duration) {
    RecentGops recent;
    recent.set_bounds({kPlenty, 7 * kPicture});
    add_pictures(recent, 0, 14);  // 13 - 7 = 6: from 5 on
    const auto units = recent.from(kVideo, 0);
    ck_assert_uint_eq(units.size(), 9);
    ck_assert_int_eq(units.front().time, 5 * kPicture);
    ck_assert_uint_eq(recent.bytes(), 9 * kBytes);
}
END_TEST

START_TEST(test_without_duration_the_gop_that_comes_in_is_kept) {
    RecentGops recent;
    recent.set_bounds({kPlenty, 0});
    add_pictures(recent, 0, 14);
    ck_assert_int_eq(recent.from(kVideo, 0).front().time, 10 * kPicture);
}
END_TEST

START_TEST(test_bytes_bound_all_streams_together_and_leave_whole_gops) {
    RecentGops recent;
    recent.set_bounds({14 * kBytes, 1000 * kPicture});
    for (int i = 0; i < 30; i++) {
        add_pictures(recent, i, 1);
        recent.add(kSound, false, unit(i * kPicture, true));
        ck_assert_uint_le(recent.bytes(), 14 * kBytes);
    }
    ck_assert(recent.from(kVideo, 0).front().key);
    ck_assert_int_eq(recent.from(kVideo, 0).front().time, recent.from(kSound, 0).front().time);
}
END_TEST

START_TEST(test_a_gop_beyond_the_bound_is_forgotten_up_to_the_next_key_frame) {
    RecentGops recent;
    recent.set_bounds({3 * kBytes, 1000 * kPicture});
    add_pictures(recent, 0, 5);
    ck_assert_uint_eq(recent.bytes(), 0);
    add_pictures(recent, 5, 1);
    ck_assert_uint_eq(recent.from(kVideo, 0).size(), 1);
}
END_TEST

START_TEST(test_sound_is_kept_as_far_back_as_pictures) {
    RecentGops recent;
    recent.set_bounds({kPlenty, 0});
    for (int i = 0; i < 14; i++) {
        recent.add(kSound, false, unit(i * kPicture, true));
        add_pictures(recent, i, 1);
    }
    ck_assert_int_eq(recent.from(kSound, recent.start_for(12 * kPicture)).front().time, 10 * kPicture);
    recent.forget(kVideo);
    recent.add(kSound, false, unit(14 * kPicture, true));
    ck_assert_uint_eq(recent.from(kSound, 0).size(), 1);
    recent.clear();
    ck_assert_uint_eq(recent.bytes(), 0);
    ck_assert(!recent.now());
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return rtspcore::test::run_suite(
        "recent_gops",
        {test_start_is_the_key_frame_at_or_before, test_what_is_kept_reaches_back_to_the_key_frame_before_its_duration,
         test_without_duration_the_gop_that_comes_in_is_kept,
         test_bytes_bound_all_streams_together_and_leave_whole_gops,
         test_a_gop_beyond_the_bound_is_forgotten_up_to_the_next_key_frame,
         test_sound_is_kept_as_far_back_as_pictures});
}

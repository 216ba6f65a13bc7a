// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>

#include "media/ring.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using media::Ring;
using media::RingLimits;

namespace {

// A unit every 100 ms, a key unit every `gop` of them; 0: none.
void append_video(Ring &ring, int units, int gop, int first = 0, uint8_t track = 0) {
    for (int i = first; i < first + units; ++i)
        ring.append(test::make_batch({.track = track, .made = i * 100ms, .key = gop > 0 && i % gop == 0}));
}

size_t footprint() {
    return test::make_batch({})->footprint();
}

}  // namespace

START_TEST(test_ring_empty_has_nothing) {
    const Ring ring;
    ck_assert(ring.empty());
    ck_assert_uint_eq(ring.bytes(), 0);
    ck_assert_uint_eq(ring.begin(), ring.end());
    ck_assert(!ring.last_entry_point() && !ring.last_entry_point(0) && !ring.newest(0));
    ck_assert(ring.snapshot().batches.empty());
}
END_TEST

// Where the ring begins after 40 units of 100 ms each, the newest made at 3,900 ms.
START_TEST(test_ring_keeps_the_duration_and_back_to_its_key_unit) {
    const struct {
        const char *name;
        std::chrono::milliseconds duration;
        int gop;
        media::RingIndex begin;
    } kCases[] = {
        {"the key unit before the horizon of 2,900 ms", 1000ms, 10, 20},
        {"a key unit right on the horizon", 900ms, 10, 30},
        {"GOP longer than the duration", 1000ms, 100, 0},
        {"nothing but key units", 1000ms, 1, 29},
        {"no key units at all", 1000ms, 0, 30},
        {"no duration: the current GOP", 0ms, 10, 30},
        {"more than there is", 10'000ms, 10, 0},
    };
    for (const auto &test : kCases) {
        Ring ring({test.duration, size_t{1} << 30});
        append_video(ring, 40, test.gop);
        ck_assert_msg(ring.begin() == test.begin, "%s: begins at %lu", test.name, ring.begin());
        ck_assert_uint_eq(ring.end(), 40);
    }
}
END_TEST

// Two videos of one mount, key units every second of the one and every 20 seconds of the other.
START_TEST(test_ring_keeps_the_current_gop_of_each_track) {
    for (const bool is_bounded : {false, true}) {
        Ring ring({1000ms, is_bounded ? 30 * footprint() : size_t{1} << 30});
        for (int i = 0; i < 60; ++i) {
            append_video(ring, 1, 200, i, 2);
            append_video(ring, 1, 10, i, 0);
        }
        ck_assert_uint_eq(*ring.last_entry_point(0), 101);
        ck_assert_uint_eq(*ring.last_entry_point(), 101);
        ck_assert(ring.last_entry_point(2).has_value() == !is_bounded);
        ck_assert_uint_eq(ring.begin(), is_bounded ? 100 : 0);
        append_video(ring, 1, 1, 60, 2);
        append_video(ring, 20, 10, 60, 0);
        ck_assert_uint_eq(*ring.last_entry_point(2), 120);
        ck_assert_uint_eq(ring.begin(), 120);
    }
}
END_TEST

START_TEST(test_ring_forgets_the_gop_of_a_track_that_is_over_when_another_goes_on) {
    Ring ring({1000ms, size_t{1} << 30});
    append_video(ring, 1, 1, 0, 2);
    append_video(ring, 100, 10);
    ck_assert_uint_eq(ring.begin(), 0);
    append_video(ring, 10, 10, 100);
    ck_assert_uint_eq(ring.begin(), 91);
    ck_assert(!ring.last_entry_point(2));
    for (int i = 0; i < 200; ++i)
        ring.append(test::make_batch({.track = 1, .made = (110 + i) * 100ms, .key = true, .dependent = false}));
    ck_assert_msg(ring.begin() == 101, "the last that there is: %lu", ring.begin());
}
END_TEST

START_TEST(test_ring_bytes_go_before_duration_and_key_unit) {
    Ring ring({10'000ms, 5 * footprint()});
    append_video(ring, 40, 100);
    ck_assert_uint_eq(ring.begin(), 35);
    ck_assert_uint_le(ring.bytes(), 5 * footprint());
    ck_assert_msg(!ring.last_entry_point(), "the key unit is gone");
}
END_TEST

START_TEST(test_ring_keeps_the_newest_whatever_its_size) {
    Ring ring({1000ms, 10});
    append_video(ring, 3, 1);
    ck_assert_uint_eq(ring.end() - ring.begin(), 1);
    ck_assert_uint_eq(*ring.last_entry_point(), 2);
}
END_TEST

START_TEST(test_ring_after_a_gop_over_the_byte_bound_keeps_whole_gops_again) {
    Ring ring({500ms, 30 * footprint()});
    append_video(ring, 50, 50);
    ck_assert(!ring.last_entry_point());
    append_video(ring, 20, 10, 50);
    ck_assert_uint_eq(*ring.last_entry_point(), 60);
    ck_assert_uint_eq(ring.begin(), 60);
}
END_TEST

START_TEST(test_ring_entry_points_are_told_by_track) {
    Ring ring;
    ring.append(test::make_batch({.track = 0, .key = true}));
    ring.append(test::make_batch({.track = 2, .key = true}));
    ring.append(test::make_batch({.track = 1, .key = true, .dependent = false}));
    ring.append(test::make_batch({.track = 0}));
    ck_assert_uint_eq(*ring.last_entry_point(), 1);
    ck_assert_uint_eq(*ring.last_entry_point(0), 0);
    ck_assert_uint_eq(*ring.last_entry_point(2), 1);
    ck_assert(!ring.last_entry_point(1));
}
END_TEST

START_TEST(test_ring_newest_is_media_not_rtcp) {
    Ring ring;
    ring.append(test::make_batch({.track = 0}));
    ring.append(test::make_batch({.track = 1}));
    ring.append(media::make_rtcp_batch(0, std::vector<uint8_t>(8), test::kStart));
    ck_assert_uint_eq(*ring.newest(0), 0);
    ck_assert_uint_eq(*ring.newest(1), 1);
    ck_assert(!ring.newest(2));
}
END_TEST

START_TEST(test_ring_bytes_from_counts_what_is_left) {
    Ring ring;
    append_video(ring, 4, 1);
    ck_assert_uint_eq(ring.bytes_from(4), 0);
    ck_assert_uint_eq(ring.bytes_from(3), footprint());
    ck_assert_uint_eq(ring.bytes_from(0), 4 * footprint());
    ck_assert_uint_eq(ring.bytes(), 4 * footprint());
}
END_TEST

START_TEST(test_ring_append_at_its_end_goes_on) {
    Ring ring;
    ring.append_at(0, test::make_batch({.key = true}));
    ring.append_at(1, test::make_batch({}));
    ck_assert_uint_eq(ring.begin(), 0);
    ck_assert_uint_eq(ring.end(), 2);
}
END_TEST

START_TEST(test_ring_of_a_mirror_forgets_when_it_is_told_to) {
    Ring ring({1000ms, 5 * footprint()});
    for (int i = 0; i < 40; ++i)
        ring.append_at(static_cast<media::RingIndex>(i), test::make_batch({.made = i * 100ms, .key = true}));
    ck_assert_uint_eq(ring.begin(), 0);
    ring.trim();
    ck_assert_uint_eq(ring.begin(), 35);
    ck_assert_uint_eq(ring.end(), 40);
}
END_TEST

START_TEST(test_ring_append_at_a_gap_forgets_what_was_before) {
    Ring ring;
    append_video(ring, 3, 3);
    ring.append_at(7, test::make_batch({.made = 700ms}));
    ck_assert_uint_eq(ring.begin(), 7);
    ck_assert_uint_eq(ring.end(), 8);
    ck_assert_uint_eq(ring.bytes(), footprint());
    ck_assert(!ring.last_entry_point());
    ring.append_at(8, test::make_batch({.made = 800ms, .key = true}));
    ck_assert_uint_eq(*ring.last_entry_point(), 8);
    ck_assert(ring.at(8)->is_key());
}
END_TEST

START_TEST(test_ring_tells_silent_tracks_also_when_it_has_forgotten_their_units) {
    Ring ring({0ms, size_t{1} << 30});
    const auto append_audio = [&ring](std::chrono::milliseconds made) {
        ring.append(test::make_batch({.track = 1, .made = made, .key = true, .dependent = false}));
    };
    ring.append(test::make_batch({.track = 0}));
    append_audio(500ms);
    ck_assert_uint_eq(ring.begin(), 1);
    ck_assert(!ring.is_silent(0, test::at(1000ms)) && ring.is_silent(0, test::at(1001ms)));
    ck_assert(!ring.is_silent(1, test::at(1500ms)) && ring.is_silent(1, test::at(1501ms)));
    ck_assert_msg(!ring.is_silent(2, test::at(1000ms)), "nobody knows yet");
    ck_assert(ring.is_silent(2, test::at(1001ms)));
    ring.append_at(9, test::make_batch({.track = 1, .made = 3000ms, .key = true, .dependent = false}));
    ck_assert_msg(!ring.is_silent(0, test::at(4000ms)), "it may have come in the gap");
    ring.append(media::make_rtcp_batch(0, std::vector<uint8_t>(8), test::at(4000ms)));
    ck_assert_msg(ring.is_silent(0, test::at(4001ms)), "a report is no sign of media");
}
END_TEST

START_TEST(test_ring_snapshot_is_all_of_it) {
    Ring ring({200ms, size_t{1} << 30});
    append_video(ring, 10, 5);
    const auto snapshot = ring.snapshot();
    ck_assert_uint_eq(snapshot.begin, ring.begin());
    ck_assert_uint_eq(snapshot.batches.size(), ring.end() - ring.begin());
    for (size_t i = 0; i < snapshot.batches.size(); ++i)
        ck_assert(snapshot.batches[i] == ring.at(ring.begin() + i));
}
END_TEST

int main() {
    return test::run_suite("ring", {
                                       test_ring_empty_has_nothing,
                                       test_ring_keeps_the_duration_and_back_to_its_key_unit,
                                       test_ring_keeps_the_current_gop_of_each_track,
                                       test_ring_forgets_the_gop_of_a_track_that_is_over_when_another_goes_on,
                                       test_ring_bytes_go_before_duration_and_key_unit,
                                       test_ring_keeps_the_newest_whatever_its_size,
                                       test_ring_after_a_gop_over_the_byte_bound_keeps_whole_gops_again,
                                       test_ring_entry_points_are_told_by_track,
                                       test_ring_newest_is_media_not_rtcp,
                                       test_ring_bytes_from_counts_what_is_left,
                                       test_ring_append_at_its_end_goes_on,
                                       test_ring_of_a_mirror_forgets_when_it_is_told_to,
                                       test_ring_append_at_a_gap_forgets_what_was_before,
                                       test_ring_tells_silent_tracks_also_when_it_has_forgotten_their_units,
                                       test_ring_snapshot_is_all_of_it,
                                   });
}

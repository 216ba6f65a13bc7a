// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include <thread>

#include "recordsink/gop_queue.h"
#include "support/check_suite.h"

using recordsink::GopQueue;
using recordsink::Hole;
using recordsink::Unit;
using rtspcore::Ref;

namespace {

constexpr int64_t kPicture = 40'000'000;
constexpr uint64_t kBytes = 100;
constexpr std::chrono::milliseconds kPatience{10000};

Ref<GstCaps> caps(const char *text = "video/x-h264") {
    return Ref<GstCaps>::adopt(gst_caps_from_string(text));
}

// The `number`-th picture; every fifth is a key frame.
Unit picture(int number, const char *of = "video/x-h264") {
    Unit unit;
    unit.buffer = Ref<GstBuffer>::adopt(gst_buffer_new());
    unit.caps = caps(of);
    unit.time = number * kPicture;
    unit.duration = kPicture;
    unit.key = number % 5 == 0;
    unit.bytes = kBytes;
    return unit;
}

int number_of_next(GopQueue &queue) {
    Unit unit;
    ck_assert(queue.take(caps().get(), unit, kPatience) == GopQueue::Outcome::Unit);
    return static_cast<int>(unit.time / kPicture);
}

}  // namespace

START_TEST(test_push_beyond_bytes_drops_whole_gops_and_counts_them) {
    GopQueue queue;
    queue.set_bounds({12 * kBytes, 1'000'000'000'000});
    (void)queue.start_taking();
    for (int i = 0; i < 12; i++)
        ck_assert(!queue.push(picture(i), false));
    const auto hole = queue.push(picture(12), false);
    ck_assert(hole.has_value());
    ck_assert_uint_eq(hole->units, 5);
    ck_assert_uint_eq(hole->bytes, 5 * kBytes);
    ck_assert_int_eq(hole->start, 0);
    ck_assert_int_eq(hole->end, 5 * kPicture);
    ck_assert_int_eq(number_of_next(queue), 5);
    ck_assert_uint_eq(queue.level().holes, 1);
}
END_TEST

START_TEST(test_push_beyond_time_drops_the_end_of_a_gop_that_is_being_taken) {
    GopQueue queue;
    queue.set_bounds({1 << 30, 8 * kPicture});
    (void)queue.start_taking();
    for (int i = 0; i < 3; i++)
        (void)queue.push(picture(i), false);
    ck_assert_int_eq(number_of_next(queue), 0);
    ck_assert_int_eq(number_of_next(queue), 1);
    std::optional<Hole> hole;
    for (int i = 3; i < 12 && !hole; i++)
        hole = queue.push(picture(i), false);
    ck_assert(hole.has_value());
    ck_assert_uint_eq(hole->units, 3);  // 2, 3, 4
    ck_assert_int_eq(number_of_next(queue), 5);
}
END_TEST

START_TEST(test_push_of_a_gop_beyond_the_bounds_waits_for_the_next_key_frame) {
    GopQueue queue;
    queue.set_bounds({2 * kBytes, 1'000'000'000'000});
    (void)queue.start_taking();
    uint64_t dropped = 0;
    for (int i = 0; i < 6; i++)
        if (const auto hole = queue.push(picture(i), false))
            dropped += hole->units;
    ck_assert_uint_eq(dropped, 5);
    ck_assert_int_eq(number_of_next(queue), 5);
}
END_TEST

START_TEST(test_push_that_may_wait_loses_nothing) {
    GopQueue queue;
    queue.set_bounds({3 * kBytes, 1'000'000'000'000});
    (void)queue.start_taking();
    std::thread pusher([&] {
        for (int i = 0; i < 50; i++)
            (void)queue.push(picture(i), true);
    });
    for (int i = 0; i < 50; i++)
        ck_assert_int_eq(number_of_next(queue), i);
    pusher.join();
    ck_assert_uint_eq(queue.level().holes, 0);
}
END_TEST

START_TEST(test_flush_and_impatience_let_go_of_who_waits) {
    for (const bool by_flush : {true, false}) {
        GopQueue queue;
        queue.set_bounds({1, 1'000'000'000'000});
        (void)queue.push(picture(0), true);
        std::thread pusher([&] { (void)queue.push(picture(5), true); });
        if (by_flush)
            queue.flush(true);
        else
            queue.hurry(GopQueue::Haste::Stop, true);
        pusher.join();
    }
}
END_TEST

START_TEST(test_take_stops_before_a_key_frame_other_caps_and_the_end) {
    GopQueue queue;
    queue.set_bounds({1 << 30, 1'000'000'000'000});
    (void)queue.start_taking();
    for (int i = 0; i < 7; i++)
        (void)queue.push(picture(i), false);
    ck_assert_int_eq(number_of_next(queue), 0);
    queue.stop_taking(false);
    for (int i = 1; i < 5; i++)
        ck_assert_int_eq(number_of_next(queue), i);
    Unit unit;
    ck_assert(queue.take(caps().get(), unit, kPatience) == GopQueue::Outcome::Stopped);
    ck_assert(!queue.start_taking());
    ck_assert(queue.take(caps("video/x-h265").get(), unit, kPatience) == GopQueue::Outcome::NewCaps);
    ck_assert_int_eq(number_of_next(queue), 5);
    queue.end();
    ck_assert_int_eq(number_of_next(queue), 6);
    ck_assert(queue.take(caps().get(), unit, kPatience) == GopQueue::Outcome::End);
}
END_TEST

START_TEST(test_start_taking_begins_with_a_key_frame) {
    GopQueue queue;
    queue.set_bounds({1 << 30, 1'000'000'000'000});
    (void)queue.start_taking();
    for (int i = 0; i < 7; i++)
        (void)queue.push(picture(i), false);
    ck_assert_int_eq(number_of_next(queue), 0);
    const auto hole = queue.start_taking();
    ck_assert(hole.has_value());
    ck_assert_uint_eq(hole->units, 4);
    ck_assert_int_eq(number_of_next(queue), 5);
}
END_TEST

START_TEST(test_what_wants_a_key_frame_is_one_hole_told_when_it_comes) {
    GopQueue queue;
    queue.set_bounds({2 * kBytes, 1'000'000'000'000});
    (void)queue.start_taking();
    for (int i = 0; i < 5; i++) {
        ck_assert(!queue.push(picture(i), false));
        ck_assert(queue.asks_for_key() == (i == 2));
    }
    ck_assert_uint_eq(queue.level().holes, 1);
    ck_assert_uint_eq(queue.level().dropped_units, 5);
    ck_assert_int_eq(queue.level().dropped_duration, 5 * kPicture);
    const auto hole = queue.push(picture(5), false);
    ck_assert(hole.has_value());
    ck_assert_uint_eq(hole->units, 5);
    ck_assert_int_eq(hole->end, 5 * kPicture);
    ck_assert(!queue.asks_for_key());
    ck_assert_uint_eq(queue.holes_until(10 * kPicture), 1);
}
END_TEST

START_TEST(test_stream_that_begins_again_does_so_with_a_key_frame) {
    GopQueue queue;
    queue.set_bounds({1 << 30, 1'000'000'000'000});
    (void)queue.start_taking();
    (void)queue.push(picture(0), false);
    queue.end();
    queue.begin_again();
    ck_assert(!queue.ended());
    for (int i = 3; i < 5; i++)
        ck_assert(!queue.push(picture(i), false));
    const auto hole = queue.push(picture(5), false);
    ck_assert(hole.has_value());
    ck_assert_uint_eq(hole->units, 2);
    ck_assert_int_eq(number_of_next(queue), 0);
    ck_assert_int_eq(number_of_next(queue), 5);
}
END_TEST

START_TEST(test_sound_that_is_dropped_packet_by_packet_is_one_hole) {
    GopQueue queue;
    queue.set_bounds({2 * kBytes, 1'000'000'000'000});
    (void)queue.start_taking();
    for (int i = 0; i < 12; i++) {
        Unit packet = picture(i);
        packet.key = true;
        ck_assert(!queue.push(std::move(packet), false));
    }
    ck_assert_uint_eq(queue.level().holes, 1);
    const auto hole = queue.close_hole();
    ck_assert(hole.has_value());
    ck_assert_uint_eq(hole->units, 10);
    ck_assert_int_eq(hole->end, 10 * kPicture);
    ck_assert(!queue.close_hole());
}
END_TEST

START_TEST(test_what_comes_before_a_first_key_frame_is_no_hole) {
    GopQueue queue;
    queue.set_bounds({1 << 30, 1'000'000'000'000});
    (void)queue.start_taking();
    for (int i = 1; i < 5; i++) {
        ck_assert(!queue.push(picture(i), false));
        ck_assert(queue.asks_for_key() == (i == 1));
    }
    ck_assert(!queue.push(picture(5), false));
    ck_assert_uint_eq(queue.level().holes, 0);
    ck_assert_uint_eq(queue.level().dropped_units, 0);
    ck_assert_int_eq(number_of_next(queue), 5);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return rtspcore::test::run_suite(
        "gop_queue",
        {test_push_beyond_bytes_drops_whole_gops_and_counts_them,
         test_push_beyond_time_drops_the_end_of_a_gop_that_is_being_taken,
         test_push_of_a_gop_beyond_the_bounds_waits_for_the_next_key_frame, test_push_that_may_wait_loses_nothing,
         test_flush_and_impatience_let_go_of_who_waits, test_take_stops_before_a_key_frame_other_caps_and_the_end,
         test_start_taking_begins_with_a_key_frame, test_what_wants_a_key_frame_is_one_hole_told_when_it_comes,
         test_stream_that_begins_again_does_so_with_a_key_frame,
         test_sound_that_is_dropped_packet_by_packet_is_one_hole, test_what_comes_before_a_first_key_frame_is_no_hole});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cinttypes>

#include "recordsink/time_line.h"
#include "support/check_suite.h"

using recordsink::RunningTime;
using recordsink::TimeLine;

namespace {

constexpr RunningTime kSecond = 1'000'000'000;
constexpr RunningTime kPicture = kSecond / 25;
constexpr RunningTime kLag = 3 * kPicture;

// A stream of 25 pictures, decoded in order, and then one with the stamp of the case, `pause` later than it would be.
TimeLine::Place place_after(TimeLine &line, std::optional<RunningTime> stamp, RunningTime pause, bool live) {
    for (int i = 0; i < 25; i++) {
        const auto now = live ? std::optional(i * kPicture + kLag) : std::nullopt;
        ck_assert_int_eq(line.place({i * kPicture, true, kPicture, now}).time, i * kPicture);
    }
    return line.place({stamp, true, kPicture, live ? std::optional(kSecond + pause + kLag) : std::nullopt});
}

}  // namespace

START_TEST(test_stamps_that_jump_are_put_where_the_stream_is) {
    struct Case {
        const char *what;
        std::optional<RunningTime> stamp;
        RunningTime pause;
        bool live;
        RunningTime time;
        bool jumps;
    };
    const Case cases[] = {
        {"in order", kSecond, 0, true, kSecond, false},
        {"jitter", kSecond + kPicture, 0, true, kSecond + kPicture, false},
        {"missing", std::nullopt, 0, true, kSecond, false},
        {"missing, not live", std::nullopt, 0, false, kSecond, false},
        {"missing, later", std::nullopt, kSecond, true, 2 * kSecond, false},
        {"back to the start", 0, 0, true, kSecond, true},
        {"back, after a pause", 0, 5 * kSecond, true, 6 * kSecond, true},
        {"back, not live", 0, 0, false, kSecond, true},
        {"before the start", -100 * kSecond, 0, false, kSecond, true},
        {"forwards by a day", 86400 * kSecond, 0, true, kSecond, true},
        {"forwards by a day, not live", 86400 * kSecond, 0, false, kSecond, true},
        {"a pause", 11 * kSecond, 10 * kSecond, true, 11 * kSecond, true},
        {"a pause, not live", 11 * kSecond, 0, false, 11 * kSecond, true},
        {"twice the same", kSecond - kPicture, 0, true, kSecond - kPicture + 1, false},
    };
    for (const Case &c : cases) {
        TimeLine line;
        const auto place = place_after(line, c.stamp, c.pause, c.live);
        ck_assert_msg(place.time == c.time, "%s: %" PRId64, c.what, place.time);
        ck_assert_msg(place.jumped_from.has_value() == c.jumps, "%s", c.what);
        if (c.jumps)
            ck_assert_int_eq(*place.jumped_from, kSecond);
    }
}
END_TEST

// However long nobody says anything: it is no gap.
START_TEST(test_pauses_of_sparse_streams_are_none) {
    for (const bool live : {true, false})
        for (const RunningTime pause : {3 * kSecond, 3600 * kSecond}) {
            TimeLine line;
            (void)place_after(line, kSecond, 0, live);
            const RunningTime time = 2 * kSecond + pause;
            const auto now = live ? std::optional(time + kLag) : std::nullopt;
            const auto place = line.place({time, true, kPicture, now, true});
            ck_assert_int_eq(place.time, time);
            ck_assert(!place.jumped_from);
        }
    // A stamp that the clock does not agree with is wrong here as well.
    TimeLine line;
    (void)place_after(line, kSecond, 0, true);
    ck_assert(line.place({3600 * kSecond, true, kPicture, 2 * kSecond + kLag, true}).jumped_from);
}
END_TEST

START_TEST(test_what_follows_a_jump_follows_there) {
    TimeLine line;
    (void)place_after(line, 500 * kSecond, 0, true);
    for (int i = 1; i < 50; i++) {
        const RunningTime time = kSecond + i * kPicture;
        const auto place = line.place({499 * kSecond + time, true, kPicture, time + kLag});
        ck_assert_int_eq(place.time, time);
        ck_assert(!place.jumped_from);
    }
    const auto back = line.place({3 * kSecond, true, kPicture, 3 * kSecond + kLag});
    ck_assert_int_eq(back.time, 3 * kSecond);
}
END_TEST

START_TEST(test_stamps_of_presentation_may_go_back_a_little) {
    TimeLine line;
    for (const RunningTime stamp : {0, 3, 1, 2, 6, 4, 5})
        ck_assert_int_eq(line.place({stamp * kPicture, false, kPicture, std::nullopt}).time, stamp * kPicture);
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "time_line", {test_stamps_that_jump_are_put_where_the_stream_is, test_pauses_of_sparse_streams_are_none,
                      test_what_follows_a_jump_follows_there, test_stamps_of_presentation_may_go_back_a_little});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <limits>
#include <string>

#include "cursor_script.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using media::Cursor;
using media::MountConfig;
using media::RingIndex;
using media::SharedBatch;
using media::SlowViewerPolicy;
using test::batch_of;
using test::config_of;
using test::kUnlimited;
using test::Script;
using test::select;

namespace {

size_t footprint() {
    return batch_of('P', 0ms)->footprint();
}

struct Case {
    const char *name;
    const char *tracks;
    SlowViewerPolicy policy;
    std::chrono::milliseconds late;  // after the newest batch
    const char *script;
    const char *given;
};

constexpr auto kSkip = SlowViewerPolicy::Skip;
constexpr auto kLossless = SlowViewerPolicy::Lossless;

constexpr Case kCases[] = {
    {"all of what is selected", "I", kSkip, 0ms, "IPbP", "IPbP"},
    {"nothing of what is not selected", "I", kSkip, 0ms, "IaPrsP", "I.P.sP"},
    {"dependent units wait for their key unit", "I", kSkip, 0ms, "PbPIPb", "...IPb"},
    {"never audio first", "Ia", kSkip, 0ms, "aPaIaP", "...IaP"},
    {"audio alone begins at once", "a", kSkip, 0ms, "aPaIa", "a.a.a"},
    {"each of two videos waits for its own key unit", "IJ", kSkip, 0ms, "QIQPJQ", ".I.PJQ"},
    {"audio comes with the first of two videos", "IJa", kSkip, 0ms, "aQIaQJ", "..Ia.J"},
    {"half of the lag is no reason to drop", "I", kSkip, 200ms, "IPbP", "IPbP"},
    {"over half of the lag: without what is droppable", "I", kSkip, 400ms, "IPbPbPb", "IP.P.Pb"},
    {"over the lag: on to the next key unit", "I", kSkip, 600ms, "IPPPPIPPP", ".....IPPP"},
    {"over the lag: audio goes on with the video", "Ia", kSkip, 600ms, "IaPaPIaPa", ".....IaPa"},
    {"over the lag, key unit too old: nothing", "I", kSkip, 1200ms, "IPPPI", "....."},
    {"over the lag without a newer key unit: nothing", "I", kSkip, 600ms, "IPPPPPPPP", "........."},
    {"audio over the lag goes on at the live edge", "a", kSkip, 600ms, "aaaaaaaaa", "........."},
    {"video was silent for a second: audio goes on", "Ia", kLossless, 0ms, "Paaaaaaaaaaaaa", "...........aaa"},
    {"video never came for a second: audio begins", "Ia", kLossless, 0ms, "aaaaaaaaaaaaaa", "...........aaa"},
    {"two videos: audio waits while one of them comes", "IJa", kLossless, 0ms, "QPaaaaaaaaaaQa", ".............."},
    {"lossless gives everything however late", "Ia", kLossless, 60'000ms, "IabPaI", "IabPaI"},
};

}  // namespace

START_TEST(test_cursor_gives_what_the_case_says) {
    for (const Case &test : kCases) {
        Script script;
        script.play(test.script);
        const MountConfig config = config_of(test.policy);
        Cursor cursor(config, select(test.tracks));
        cursor.start(0);
        const std::string given = script.take_all(cursor, script.now(test.late));
        ck_assert_msg(given == test.given, "%s: %s gives %s, expected %s", test.name, test.script, given.c_str(),
                      test.given);
        ck_assert_msg(!cursor.too_slow(), "%s", test.name);
    }
}
END_TEST

START_TEST(test_cursor_counts_drops_and_skips) {
    Script script;
    script.play("IPbPbPb");
    const MountConfig config = config_of(kSkip);
    Cursor cursor(config, select("I"));
    cursor.start(0);
    script.take_all(cursor, script.now(400ms));
    ck_assert_uint_eq(cursor.units_dropped(), 2);
    ck_assert_uint_eq(cursor.skips(), 0);
    script.play("PPPPPPPPPPPPI");
    script.take_all(cursor, script.now());
    ck_assert_uint_eq(cursor.skips(), 1);
}
END_TEST

START_TEST(test_cursor_takes_up_again_at_the_key_unit_after_a_skip) {
    Script script;
    script.play("Ia");
    const MountConfig config = config_of(kSkip);
    Cursor cursor(config, select("Ia"));
    cursor.start(0);
    test::assert_text(script.take_all(cursor, script.now()), "Ia");
    script.play("PPPPPPPPPPPPPP");
    test::assert_text(script.take_all(cursor, script.now()), "................");
    ck_assert(cursor.waits_for_key());
    script.play("aPIaP");
    test::assert_text(script.take_all(cursor, script.now()), "..................IaP");
    ck_assert(!cursor.waits_for_key());
}
END_TEST

// A camera whose video stalls while its sound goes on.
START_TEST(test_cursor_after_a_skip_gives_audio_when_no_video_comes) {
    Script script;
    script.play("Ia");
    const MountConfig config = config_of(kSkip);
    Cursor cursor(config, select("Ia"));
    cursor.start(0);
    test::assert_text(script.take_all(cursor, script.now()), "Ia");
    script.play("aaaaaaaaaaaaaa");
    test::assert_text(script.take_all(cursor, script.now()), "................");
    ck_assert_uint_eq(cursor.skips(), 1);
    script.play("aa");
    test::assert_text(script.take_all(cursor, script.now()), "................aa");
    ck_assert_msg(cursor.waits_for_key(), "of the video");
    script.play("PaPIaP");
    test::assert_text(script.take_all(cursor, script.now()), "...................a.IaP");
    ck_assert(!cursor.waits_for_key());
}
END_TEST

START_TEST(test_cursor_over_its_bytes_skips) {
    Script script;
    script.play("IPPPIPP");
    MountConfig config = config_of(kSkip);
    config.max_lag_bytes = 6 * footprint();
    Cursor cursor(config, select("I"));
    cursor.start(0);
    test::assert_text(script.take_all(cursor, script.now()), "....IPP");
}
END_TEST

START_TEST(test_cursor_over_half_its_bytes_drops_what_is_droppable) {
    Script script;
    script.play("IbPbPbb");
    MountConfig config = config_of(kSkip);
    config.max_lag_bytes = 8 * footprint();
    Cursor cursor(config, select("I"));
    cursor.start(0);
    test::assert_text(script.take_all(cursor, script.now()), "I.PbPbb");
}
END_TEST

START_TEST(test_cursor_skips_to_a_key_unit_of_its_own_tracks) {
    Script script;
    script.play("IJPPPPPPIJPPPP");
    const MountConfig config = config_of(kSkip);
    Cursor cursor(config, select("I"));
    cursor.start(0);
    test::assert_text(script.take_all(cursor, script.now()), "........I.PPPP");
}
END_TEST

START_TEST(test_cursor_disconnects_who_falls_behind) {
    Script script;
    script.play("IPPPIPPPPPPPP");
    const MountConfig config = config_of(SlowViewerPolicy::Disconnect);
    Cursor cursor(config, select("I"));
    cursor.start(0);
    ck_assert(!cursor.take(script.ring, script.now()));
    ck_assert(cursor.too_slow());
    script.play("I");
    ck_assert_msg(!cursor.take(script.ring, script.now()), "and is given nothing any more");
}
END_TEST

// What the ring has forgotten is behind for every policy.
START_TEST(test_cursor_evicted_position_goes_on_at_a_key_unit) {
    const struct {
        SlowViewerPolicy policy;
        bool too_slow;
        const char *given;
    } kPolicies[] = {
        {SlowViewerPolicy::Skip, false, "......IP"},
        {SlowViewerPolicy::Lossless, false, "......IP"},
        {SlowViewerPolicy::Disconnect, true, "........"},
    };
    for (const auto &test : kPolicies) {
        Script script({100ms, 3 * footprint()});
        script.play("IPPPPPIP");
        ck_assert_uint_gt(script.ring.begin(), 0);
        const MountConfig config = config_of(test.policy);
        Cursor cursor(config, select("I"));
        cursor.start(0);
        test::assert_text(script.take_all(cursor, script.now()), test.given);
        ck_assert(cursor.too_slow() == test.too_slow);
    }
}
END_TEST

START_TEST(test_cursor_start_anywhere_waits_for_nothing) {
    Script script;
    script.play("aPPaI");
    const MountConfig config = config_of(kSkip);
    Cursor cursor(config, select("Ia"));
    cursor.start_anywhere(1);
    ck_assert(!cursor.waits_for_key());
    test::assert_text(script.take_all(cursor, script.now()), ".PPaI");
}
END_TEST

START_TEST(test_cursor_sends_its_burst_first_however_late) {
    Script script;
    script.play("IPaIPaP");
    const MountConfig config = config_of(kSkip);
    Cursor cursor(config, select("Ia"));
    cursor.start_with_burst({script.ring.at(3), script.ring.at(4), script.ring.at(5)}, 6);
    ck_assert(cursor.in_burst());
    ck_assert_msg(!cursor.waits_for_key(), "it has one in its burst");
    ck_assert(cursor.take(script.ring, script.now(5s)) == script.ring.at(3));
    ck_assert(cursor.in_burst());
    test::assert_text(script.take_all(cursor, script.now()), "....PaP");
    ck_assert(!cursor.in_burst());
}
END_TEST

START_TEST(test_cursor_empty_burst_waits_for_a_key_unit) {
    Script script;
    script.play("IPPI");
    const MountConfig config = config_of(kSkip);
    Cursor cursor(config, select("I"));
    cursor.start_with_burst({}, 1);
    ck_assert(!cursor.in_burst());
    ck_assert(cursor.waits_for_key());
    test::assert_text(script.take_all(cursor, script.now()), "...I");
}
END_TEST

START_TEST(test_cursor_dropped_track_is_not_sent_any_more) {
    Script script;
    script.play("IPaIsPrJaJP");
    const MountConfig config = config_of(kSkip);
    Cursor cursor(config, select("IaJ"));
    cursor.start_with_burst({script.ring.at(0), script.ring.at(1), script.ring.at(2)}, 3);
    ck_assert(cursor.take(script.ring, script.now()) == script.ring.at(0));
    cursor.drop_track(0);
    test::assert_text(script.take_all(cursor, script.now()), "..a...rJaJ.");
}
END_TEST

START_TEST(test_cursor_without_its_only_video_does_not_wait_for_it) {
    Script script;
    script.play("aPa");
    const MountConfig config = config_of(kSkip);
    Cursor cursor(config, select("Ia"));
    cursor.start(0);
    ck_assert(cursor.waits_for_key());
    cursor.drop_track(0);
    ck_assert(!cursor.waits_for_key());
    test::assert_text(script.take_all(cursor, script.now()), "a.a");
}
END_TEST

int main() {
    return test::run_suite("cursor", {
                                         test_cursor_gives_what_the_case_says,
                                         test_cursor_counts_drops_and_skips,
                                         test_cursor_takes_up_again_at_the_key_unit_after_a_skip,
                                         test_cursor_after_a_skip_gives_audio_when_no_video_comes,
                                         test_cursor_over_its_bytes_skips,
                                         test_cursor_over_half_its_bytes_drops_what_is_droppable,
                                         test_cursor_skips_to_a_key_unit_of_its_own_tracks,
                                         test_cursor_disconnects_who_falls_behind,
                                         test_cursor_evicted_position_goes_on_at_a_key_unit,
                                         test_cursor_start_anywhere_waits_for_nothing,
                                         test_cursor_sends_its_burst_first_however_late,
                                         test_cursor_empty_burst_waits_for_a_key_unit,
                                         test_cursor_dropped_track_is_not_sent_any_more,
                                         test_cursor_without_its_only_video_does_not_wait_for_it,
                                     });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cursor_script.h"
#include "support/check_suite.h"

using namespace rtspcore;
using media::Cursor;
using media::MountConfig;
using media::RingIndex;
using media::SharedBatch;
using test::config_of;
using test::Script;
using test::select;

START_TEST(test_peek_is_what_take_gives) {
    Script script;
    script.play("PaIa");
    const MountConfig config = config_of();
    Cursor cursor(config, select("Ia"));
    cursor.start(0);
    for (const RingIndex expected : {2u, 3u}) {
        const SharedBatch *next = cursor.peek(script.ring, script.now());
        ck_assert(next && *next == script.ring.at(expected));
        ck_assert(cursor.peek(script.ring, script.now()) == next);
        ck_assert(cursor.take(script.ring, script.now()) == script.ring.at(expected));
    }
    ck_assert(!cursor.peek(script.ring, script.now()));
}
END_TEST

// Which batch of each track is the first that will be sent: its place in the script, '-' for none.
START_TEST(test_upcoming_is_what_is_sent_first) {
    enum class Start : uint8_t { AtPosition, Anywhere };
    const struct {
        const char *name;
        const char *tracks;
        Start start;
        RingIndex position;
        const char *script;
        const char *upcoming;  // of the tracks 0, 1 and 2
    } kUpcoming[] = {
        {"key unit, and the audio after it", "Ia", Start::AtPosition, 0, "PaPIaP", "34-"},
        {"no key unit: nothing is known of the audio either", "Ia", Start::AtPosition, 0, "PaPa", "---"},
        {"at once", "Ia", Start::Anywhere, 0, "PaPa", "01-"},
        {"audio alone", "a", Start::AtPosition, 2, "aPIa", "-3-"},
        {"each video at its own key unit", "IJ", Start::AtPosition, 0, "QPJQI", "4-2"},
        {"RTCP is no unit", "Ia", Start::AtPosition, 0, "srIra", "24-"},
        {"nothing is there yet", "Ia", Start::AtPosition, 3, "IaP", "---"},
    };
    for (const auto &test : kUpcoming) {
        Script script;
        script.play(test.script);
        const MountConfig config = config_of();
        Cursor cursor(config, select(test.tracks));
        if (test.start == Start::Anywhere)
            cursor.start_anywhere(test.position);
        else
            cursor.start(test.position);
        for (uint8_t track = 0; track < 3; ++track) {
            const auto next = cursor.upcoming(script.ring, track);
            const char expected = test.upcoming[track];
            ck_assert_msg(
                expected == '-' ? !next : next->unit == script.ring.at(static_cast<RingIndex>(expected - '0')),
                "%s, track %u", test.name, track);
        }
    }
}
END_TEST

START_TEST(test_sends_any_unit_once_no_key_unit_has_to_come_first) {
    Script script;
    script.play("IPa");
    const MountConfig config = config_of();
    Cursor cursor(config, select("Ia"));
    cursor.start(1);
    ck_assert(!cursor.sends_any(0) && !cursor.sends_any(1) && !cursor.sends_any(2));
    cursor.start_anywhere(1);
    ck_assert(cursor.sends_any(0) && cursor.sends_any(1) && !cursor.sends_any(2));
    cursor.start(0);
    cursor.take(script.ring, script.now());
    ck_assert(cursor.sends_any(0) && cursor.sends_any(1));
    Cursor audio(config, select("a"));
    audio.start(0);
    ck_assert(audio.sends_any(1));
}
END_TEST

START_TEST(test_upcoming_looks_into_the_burst_first) {
    Script script;
    script.play("IPaJPaIJQ");
    const MountConfig config = config_of();
    Cursor cursor(config, select("IaJ"));
    cursor.start_with_burst({script.ring.at(0), script.ring.at(1)}, 4);
    ck_assert(cursor.upcoming(script.ring, 0)->unit == script.ring.at(0));
    ck_assert_msg(cursor.upcoming(script.ring, 1)->unit == script.ring.at(5), "audio follows the burst");
    ck_assert_msg(cursor.upcoming(script.ring, 2)->unit == script.ring.at(7),
                  "the other video begins with its key unit");
    ck_assert(cursor.sends_any(0) && cursor.sends_any(1) && !cursor.sends_any(2));
    cursor.take(script.ring, script.now());
    ck_assert(cursor.upcoming(script.ring, 0)->unit == script.ring.at(1));
}
END_TEST

START_TEST(test_upcoming_audio_is_known_when_no_video_comes) {
    Script script;
    script.play("Paaaaaaaaaaaaaa");
    const MountConfig config = config_of();
    Cursor cursor(config, select("Ia"));
    cursor.start(13);
    ck_assert(cursor.upcoming(script.ring, 1)->unit == script.ring.at(13));
    ck_assert(!cursor.upcoming(script.ring, 0));
    ck_assert(!cursor.sends_any(1));
    cursor.take(script.ring, script.now());
    ck_assert(cursor.sends_any(1) && !cursor.sends_any(0));
}
END_TEST

int main() {
    return test::run_suite("cursor_upcoming", {test_peek_is_what_take_gives, test_upcoming_is_what_is_sent_first,
                                               test_sends_any_unit_once_no_key_unit_has_to_come_first,
                                               test_upcoming_looks_into_the_burst_first,
                                               test_upcoming_audio_is_known_when_no_video_comes});
}

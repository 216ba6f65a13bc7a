// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recordsink/muxer_progress.h"
#include "support/check_suite.h"

using recordsink::MuxerProgress;

START_TEST(test_a_unit_is_passed_when_two_more_came) {
    MuxerProgress progress;
    progress.begin_file();
    ck_assert(!progress.passed(1));
    for (const GstClockTime time : {40u, 80u})
        progress.note_unit(2, time);
    ck_assert(!progress.passed(2));
    for (const GstClockTime time : {120u, 160u})
        progress.note_unit(2, time);
    ck_assert_uint_eq(progress.passed(2).value_or(0), 80);
    ck_assert_uint_eq(progress.taken(2).value_or(0), 160);
    ck_assert(!progress.taken(1) && !progress.taken(3));
    // Others have come as far as they have.
    ck_assert(!progress.passed(1) && !progress.passed(0) && !progress.passed(3));
    progress.begin_file();
    ck_assert(!progress.passed(2));
}
END_TEST

int main() {
    return rtspcore::test::run_suite("muxer_progress", {test_a_unit_is_passed_when_two_more_came});
}

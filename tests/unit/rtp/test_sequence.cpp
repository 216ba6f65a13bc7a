// SPDX-License-Identifier: LGPL-2.1-or-later
#include <vector>

#include "rtp/sequence.h"
#include "support/check_suite.h"

using namespace rtspcore;
using rtp::ExtendedSequence;
using rtp::SequenceExtender;

namespace {

std::vector<ExtendedSequence> extend(std::initializer_list<uint16_t> sequences) {
    SequenceExtender extender;
    std::vector<ExtendedSequence> extended;
    for (const uint16_t sequence : sequences)
        extended.push_back(extender.extend(sequence));
    return extended;
}

using List = std::vector<ExtendedSequence>;

}  // namespace

START_TEST(test_sequence_counts_on_over_the_wrap) {
    ck_assert(extend({65534, 65535, 0, 1}) == (List{131070, 131071, 131072, 131073}));
}
END_TEST

START_TEST(test_sequence_late_packet_keeps_its_place) {
    ck_assert(extend({65535, 1, 65534, 0, 2}) == (List{131071, 131073, 131070, 131072, 131074}));
}
END_TEST

START_TEST(test_sequence_late_packet_does_not_turn_the_next_one_back) {
    ck_assert(extend({100, 65500, 32800}) == (List{65636, 65500, 98336}));
}
END_TEST

START_TEST(test_sequence_before_the_first_stays_positive) {
    ck_assert(extend({0, 65535, 32768}) == (List{65536, 65535, 32768}));
}
END_TEST

START_TEST(test_sequence_never_repeats_over_many_cycles) {
    SequenceExtender extender;
    ExtendedSequence expected = 65536 + 1000;
    for (uint32_t i = 0; i < 5 * 65536; i++, expected++)
        if (extender.extend(static_cast<uint16_t>(1000 + i)) != expected)
            ck_abort_msg("packet %u is not %lu", i, static_cast<unsigned long>(expected));
}
END_TEST

START_TEST(test_sequence_gap_below_half_a_cycle_goes_forward) {
    ck_assert(extend({0, 32767, 65534, 32765}) == (List{65536, 98303, 131070, 163837}));
}
END_TEST

START_TEST(test_sequence_run_takes_each_number_once) {
    using Verdict = rtp::SequenceRun::Verdict;
    const struct {
        const char *name;
        std::vector<uint16_t> numbers;
        Verdict last;
    } kCases[] = {
        {"the first", {7}, Verdict::New},
        {"in order", {7, 8}, Verdict::New},
        {"the same again", {7, 7}, Verdict::Repeated},
        {"late", {7, 9, 8}, Verdict::New},
        {"late twice", {7, 9, 8, 8}, Verdict::Repeated},
        {"over the wrap", {65535, 0}, Verdict::New},
        {"before the wrap, late", {65534, 0, 65535}, Verdict::New},
        {"after a gap the numbers in it are new", {7, 100, 50}, Verdict::New},
        {"after a gap of more than a window", {7, 600, 599}, Verdict::New},
        {"a number that shares a place with one a window before", {7, 135, 136, 135}, Verdict::Repeated},
        {"as late as can be", {1000, 873}, Verdict::New},
        {"later than that", {1000, 872}, Verdict::Anew},
        {"from the beginning", {1000, 1}, Verdict::Anew},
        {"what came before the beginning is forgotten", {1000, 1001, 1, 2, 1001}, Verdict::New},
    };
    for (const auto &test : kCases) {
        rtp::SequenceRun run;
        Verdict verdict = Verdict::New;
        for (const uint16_t number : test.numbers)
            verdict = run.add(number);
        ck_assert_msg(verdict == test.last, "%s", test.name);
        ck_assert_uint_eq(run.last() & 0xffff, test.numbers.back());
    }
}
END_TEST

int main() {
    return test::run_suite("sequence", {
                                           test_sequence_counts_on_over_the_wrap,
                                           test_sequence_late_packet_keeps_its_place,
                                           test_sequence_late_packet_does_not_turn_the_next_one_back,
                                           test_sequence_before_the_first_stays_positive,
                                           test_sequence_never_repeats_over_many_cycles,
                                           test_sequence_gap_below_half_a_cycle_goes_forward,
                                           test_sequence_run_takes_each_number_once,
                                       });
}

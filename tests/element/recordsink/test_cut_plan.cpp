// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recordsink/cut_plan.h"
#include "support/check_suite.h"

using recordsink::CutPlan;
using recordsink::Cuts;
using recordsink::Unit;

namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr CutPlan::Bounds kAligned{60 * kSecond, 0, true};
// 12:00:40 of some day when running time is 0.
constexpr int64_t kOffset = 1767268840 * kSecond;

Unit key_at(int64_t time, int64_t offset = kOffset) {
    Unit unit;
    unit.key = true;
    unit.time = time;
    unit.duration = kSecond / 25;
    unit.capture_offset = offset;
    return unit;
}

}  // namespace

START_TEST(test_aligned_files_begin_at_the_first_key_frame_of_a_period) {
    const std::atomic<unsigned> asked{0};
    CutPlan plan(kAligned, &asked);
    const auto first = plan.at_key(key_at(0), 0);
    ck_assert(!first.cut);
    ck_assert_int_eq(first.wanted_key.value(), 20 * kSecond);
    ck_assert(!plan.at_key(key_at(19 * kSecond), 0).cut);
    ck_assert_str_eq(plan.at_key(key_at(20 * kSecond), 0).cut, "aligned");
    ck_assert(!plan.at_key(key_at(22 * kSecond), 0).cut);
    ck_assert_str_eq(plan.at_key(key_at(90 * kSecond), 0).cut, "aligned");
}
END_TEST

// The offset is read from two clocks for each frame.
START_TEST(test_a_key_frame_that_seems_a_little_early_is_of_the_new_period) {
    const std::atomic<unsigned> asked{0};
    CutPlan plan(kAligned, &asked);
    (void)plan.at_key(key_at(0), 0);
    ck_assert_str_eq(plan.at_key(key_at(20 * kSecond, kOffset - 30'000), 0).cut, "aligned");
    ck_assert(!plan.at_key(key_at(20 * kSecond + kSecond / 25, kOffset - 30'000), 0).cut);
}
END_TEST

START_TEST(test_the_key_frame_is_asked_for_again_when_the_clocks_have_parted) {
    const std::atomic<unsigned> asked{0};
    CutPlan plan(kAligned, &asked);
    (void)plan.at_key(key_at(0), 0);
    ck_assert(!plan.at_key(key_at(2 * kSecond, kOffset + 1'000'000), 0).wanted_key);
    ck_assert_int_eq(plan.at_key(key_at(4 * kSecond, kOffset + kSecond), 0).wanted_key.value(), 19 * kSecond);
}
END_TEST

START_TEST(test_a_request_cuts_once) {
    std::atomic<unsigned> asked{7};
    CutPlan plan({}, &asked);
    ck_assert(!plan.at_key(key_at(0), 0).cut);
    asked++;
    asked++;
    ck_assert_str_eq(plan.at_key(key_at(kSecond), 0).cut, "signal");
    ck_assert(!plan.at_key(key_at(2 * kSecond), 0).cut);
}
END_TEST

// So that the recording that begins is not cut at its second GOP.
START_TEST(test_a_request_before_the_first_key_frame_cuts_nothing) {
    std::atomic<unsigned> asked{0};
    CutPlan plan({}, &asked);
    asked++;
    ck_assert(!plan.at_key(key_at(0), 0).cut);
    ck_assert(!plan.at_key(key_at(kSecond), 0).cut);
}
END_TEST

START_TEST(test_a_file_ends_at_the_first_key_frame_after_its_duration) {
    CutPlan plan({4 * kSecond, 0, false}, nullptr);
    ck_assert_int_eq(plan.at_key(key_at(kSecond), 0).wanted_key.value(), 5 * kSecond);
    ck_assert(!plan.at_key(key_at(4 * kSecond), 0).cut);
    const auto late = plan.at_key(key_at(6 * kSecond), 0);
    ck_assert_str_eq(late.cut, "limit");
    ck_assert_int_eq(late.wanted_key.value(), 10 * kSecond);
    // 1000 / 30 ms is no whole number of nanoseconds.
    ck_assert_str_eq(plan.at_key(key_at(10 * kSecond - 7), 0).cut, "limit");
}
END_TEST

START_TEST(test_a_file_ends_before_a_gop_that_may_be_too_large_for_it) {
    CutPlan plan({60 * kSecond, 1000, false}, nullptr);
    const auto first = plan.at_key(key_at(0), 0);
    ck_assert(!first.cut);
    ck_assert(!first.wanted_key);
    ck_assert(!plan.at_key(key_at(1 * kSecond), 400).cut);
    ck_assert(!plan.at_key(key_at(2 * kSecond), 600).cut);
    ck_assert_str_eq(plan.at_key(key_at(3 * kSecond), 700).cut, "limit");
    ck_assert(!plan.at_key(key_at(4 * kSecond), 1200).cut);
    ck_assert_str_eq(plan.at_key(key_at(5 * kSecond), 1500).cut, "limit");
}
END_TEST

START_TEST(test_reason_is_that_of_the_cut_at_the_end_of_the_file) {
    Cuts cuts;
    constexpr int64_t kPicture = kSecond / 25;
    for (const int64_t at : {10 * kSecond, 20 * kSecond, 30 * kSecond})
        cuts.add(at, at - kPicture, at == 20 * kSecond ? "aligned" : "signal");
    const auto reason_at = [&](int64_t end) { return cuts.reason_at(end, end - 2 * kPicture); };
    ck_assert(!reason_at(5 * kSecond));
    ck_assert_str_eq(reason_at(10 * kSecond + 1000), "signal");
    ck_assert(!reason_at(15 * kSecond));
    ck_assert_str_eq(reason_at(20 * kSecond - 1000), "aligned");
    // What is left when the recording ends where a file began.
    ck_assert(!reason_at(20 * kSecond));
    // The key frame is in the file all the same.
    ck_assert(!cuts.reason_at(30 * kSecond, 30 * kSecond - kPicture));
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "cut_plan", {test_aligned_files_begin_at_the_first_key_frame_of_a_period,
                     test_a_key_frame_that_seems_a_little_early_is_of_the_new_period,
                     test_the_key_frame_is_asked_for_again_when_the_clocks_have_parted, test_a_request_cuts_once,
                     test_a_request_before_the_first_key_frame_cuts_nothing,
                     test_a_file_ends_at_the_first_key_frame_after_its_duration,
                     test_a_file_ends_before_a_gop_that_may_be_too_large_for_it,
                     test_reason_is_that_of_the_cut_at_the_end_of_the_file});
}

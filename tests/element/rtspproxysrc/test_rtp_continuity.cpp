// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtspproxysrc/rtp_continuity.h"
#include "support/check_suite.h"

using namespace rtspproxy;
using std::chrono::milliseconds;
using Numbers = RtpContinuity::Numbers;

namespace {

constexpr unsigned kRate = 90000;

}  // namespace

START_TEST(test_of_the_first_upstream_nothing_is_changed) {
    RtpContinuity continuity;
    for (const Numbers &in : {Numbers{7, 65535, 0xffffff00}, Numbers{7, 0, 0xffffff00}, Numbers{7, 2, 0x00000c10}})
        ck_assert(continuity.next(in, milliseconds(0), kRate) == in);
}
END_TEST

START_TEST(test_another_upstream_is_numbered_on_and_timed_by_what_passed) {
    RtpContinuity continuity;
    (void)continuity.next({7, 65535, 1000}, milliseconds(500), kRate);
    continuity.renew();
    ck_assert((continuity.next({9, 300, 77}, milliseconds(1500), kRate) == Numbers{7, 0, 1000 + kRate}));
    ck_assert((continuity.next({9, 301, 77}, milliseconds(1500), kRate) == Numbers{7, 1, 1000 + kRate}));
    ck_assert((continuity.next({9, 303, 77 + 3600}, milliseconds(1540), kRate) == Numbers{7, 3, 1000 + kRate + 3600}));
}
END_TEST

START_TEST(test_the_same_ssrc_again_is_another_upstream_as_well) {
    RtpContinuity continuity;
    (void)continuity.next({7, 10, 1000}, milliseconds(0), kRate);
    continuity.renew();
    ck_assert_uint_eq(continuity.next({7, 5000, 5}, milliseconds(10), kRate).sequence, 11);
}
END_TEST

START_TEST(test_a_new_ssrc_of_the_same_upstream_is_numbered_on) {
    RtpContinuity continuity;
    (void)continuity.next({7, 10, 1000}, milliseconds(0), kRate);
    ck_assert((continuity.next({8, 60000, 5}, milliseconds(40), kRate) == Numbers{7, 11, 4600}));
}
END_TEST

START_TEST(test_time_goes_on_even_if_none_passed) {
    RtpContinuity continuity;
    (void)continuity.next({7, 10, 1000}, milliseconds(40), kRate);
    continuity.renew();
    ck_assert_uint_eq(continuity.next({8, 1, 1}, milliseconds(20), kRate).time, 1001);
}
END_TEST

START_TEST(test_a_packet_out_of_order_is_not_numbered_on_from) {
    RtpContinuity continuity;
    (void)continuity.next({7, 10, 1000}, milliseconds(40), kRate);
    (void)continuity.next({7, 9, 900}, milliseconds(39), kRate);
    continuity.renew();
    ck_assert_uint_eq(continuity.next({8, 1, 1}, milliseconds(50), kRate).sequence, 11);
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "rtp_continuity",
        {test_of_the_first_upstream_nothing_is_changed, test_another_upstream_is_numbered_on_and_timed_by_what_passed,
         test_the_same_ssrc_again_is_another_upstream_as_well, test_a_new_ssrc_of_the_same_upstream_is_numbered_on,
         test_time_goes_on_even_if_none_passed, test_a_packet_out_of_order_is_not_numbered_on_from});
}

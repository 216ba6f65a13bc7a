// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtspproxysrc/sender_clock.h"
#include "support/check_suite.h"

using namespace rtspproxy;
using rtspcore::Duration;
using rtspcore::WallTime;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr unsigned kRate = 90000;
const WallTime kNoon{seconds(1'700'000'000)};

std::vector<uint8_t> report(WallTime at, rtspcore::rtp::RtpTime time) {
    rtspcore::rtp::SenderInfo info;
    info.ntp = rtspcore::rtp::to_ntp(at);
    info.time = time;
    return rtspcore::rtp::sender_report(info, "camera");
}

bool is_near(std::optional<WallTime> time, WallTime expected) {
    constexpr std::chrono::microseconds kPrecision{1};
    return time && *time - expected < kPrecision && expected - *time < kPrecision;
}

}  // namespace

START_TEST(test_capture_is_what_the_report_says_before_and_after_it) {
    SenderClock sender;
    StreamClock clock(sender);
    ck_assert(!clock.capture_of(1000, Duration(), kRate));
    clock.take_report(report(kNoon, 1000));
    ck_assert(is_near(clock.capture_of(1000, Duration(), kRate), kNoon));
    ck_assert(is_near(clock.capture_of(1000 + kRate, seconds(1), kRate), kNoon + seconds(1)));
    ck_assert(is_near(clock.capture_of(1000 - kRate / 2, seconds(0), kRate), kNoon - milliseconds(500)));
}
END_TEST

START_TEST(test_rtp_time_may_wrap) {
    SenderClock sender;
    StreamClock clock(sender);
    clock.take_report(report(kNoon, 0xffffff00));
    ck_assert(is_near(clock.capture_of(0xffffff00 + kRate, Duration(), kRate), kNoon + seconds(1)));
}
END_TEST

START_TEST(test_a_stream_without_a_report_goes_by_those_of_the_others) {
    SenderClock sender;
    StreamClock pictures(sender);
    StreamClock sound(sender);
    pictures.take_report(report(kNoon, 1000));
    (void)pictures.capture_of(1000, seconds(7), kRate);
    ck_assert(is_near(sound.capture_of(5, seconds(8), 8000), kNoon + seconds(1)));
}
END_TEST

START_TEST(test_a_sender_without_a_clock_tells_nothing) {
    SenderClock sender;
    StreamClock clock(sender);
    clock.take_report(rtspcore::rtp::sender_report({}, "camera"));
    ck_assert(!clock.capture_of(0, Duration(), kRate));
    clock.take_report({});
    ck_assert(!clock.capture_of(0, Duration(), kRate));
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "sender_clock",
        {test_capture_is_what_the_report_says_before_and_after_it, test_rtp_time_may_wrap,
         test_a_stream_without_a_report_goes_by_those_of_the_others, test_a_sender_without_a_clock_tells_nothing});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/ntp_time.h"
#include "support/check_suite.h"

using namespace rtspcore;
using rtp::NtpTime;
using namespace std::chrono_literals;

namespace {

WallTime unix_time(int64_t seconds, Duration rest = 0ns) {
    return WallTime{std::chrono::seconds{seconds} + rest};
}

const struct {
    const char *what;
    WallTime wall;
    uint64_t ntp;
} kCases[] = {
    {"1970-01-01, a board without a clock", unix_time(0), 0x83aa7e8000000000},
    {"half a second", unix_time(0, 500ms), 0x83aa7e8080000000},
    {"2026-01-01", unix_time(1767225600), 0xed00378000000000},
    {"the last second of era 0", unix_time(2085978495), 0xffffffff00000000},
    {"the first of era 1", unix_time(2085978496), 0x0000000000000000},
    {"2094-01-01", unix_time(3913142400), 0x6ce84f0000000000},
};

}  // namespace

START_TEST(test_ntp_known_times_convert_both_ways) {
    for (const auto &c : kCases) {
        ck_assert_msg(rtp::to_ntp(c.wall).value == c.ntp, "%s: %016lx", c.what,
                      static_cast<unsigned long>(rtp::to_ntp(c.wall).value));
        ck_assert_msg(rtp::to_wall(NtpTime{c.ntp}) == c.wall, "%s", c.what);
    }
}
END_TEST

START_TEST(test_ntp_nanoseconds_survive) {
    for (int64_t rest = 0; rest < 1000000000; rest += 7654321) {
        const WallTime wall = unix_time(1767225600, Duration{rest});
        ck_assert(rtp::to_wall(rtp::to_ntp(wall)) == wall);
    }
    for (const int64_t rest : {1, 2, 3, 499999999, 999999998, 999999999}) {
        const WallTime wall = unix_time(2085978495, Duration{rest});
        ck_assert(rtp::to_wall(rtp::to_ntp(wall)) == wall);
    }
}
END_TEST

START_TEST(test_ntp_time_before_1970_converts) {
    const WallTime wall = unix_time(-1, 250ms);
    ck_assert_uint_eq(rtp::to_ntp(wall).value, 0x83aa7e7f40000000);
    ck_assert(rtp::to_wall(rtp::to_ntp(wall)) == wall);
}
END_TEST

START_TEST(test_ntp_middle_is_seconds_and_fraction_of_16_bits) {
    ck_assert_uint_eq(NtpTime{0x0123456789abcdef}.middle(), 0x456789ab);
}
END_TEST

int main() {
    return test::run_suite("ntp_time", {
                                           test_ntp_known_times_convert_both_ways,
                                           test_ntp_nanoseconds_survive,
                                           test_ntp_time_before_1970_converts,
                                           test_ntp_middle_is_seconds_and_fraction_of_16_bits,
                                       });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/ntp_time.h"

namespace rtspcore::rtp {

namespace {

constexpr int64_t kUnixEpoch = 2208988800;  // seconds from 1900 to 1970: 70 years, 17 of them leap years
constexpr int64_t kEra = int64_t{1} << 32;  // seconds
constexpr uint64_t kNanoseconds = 1000000000;
constexpr uint64_t kHalfUnit = uint64_t{1} << 31;

}  // namespace

NtpTime to_ntp(WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
    const auto rest = static_cast<uint64_t>((time.time_since_epoch() - seconds).count());
    const auto since_1900 = static_cast<uint64_t>(seconds.count() + kUnixEpoch);
    return NtpTime{since_1900 << 32 | (rest << 32) / kNanoseconds};
}

WallTime to_wall(NtpTime time) {
    auto seconds = static_cast<int64_t>(time.value >> 32);
    if (seconds < kEra / 2)
        seconds += kEra;
    const uint64_t fraction = time.value & 0xffffffff;
    // A unit of the fraction is a quarter of a nanosecond: rounding gives back what to_ntp() was given.
    const auto rest = static_cast<int64_t>((fraction * kNanoseconds + kHalfUnit) >> 32);
    return WallTime{std::chrono::seconds{seconds - kUnixEpoch} + std::chrono::nanoseconds{rest}};
}

}  // namespace rtspcore::rtp

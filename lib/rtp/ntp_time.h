// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace rtspcore::rtp {

// 64-bit NTP time stamp (RFC 3550 section 4): seconds since 1900 in the upper 32 bits, fraction in the lower. The
// seconds wrap in 2036: to_wall() takes what it is given for a time from 1968 to 2104 (RFC 4330 section 3), so that a
// board without a clock of its own, which boots in 1970, gets back what it put in. Immutable; conversions keep whole
// nanoseconds.
struct NtpTime {
    uint64_t value = 0;
    auto operator<=>(const NtpTime &) const = default;
    // The middle 32 bits, as LSR and DLSR use them (RFC 3550 section 6.4.1).
    [[nodiscard]] uint32_t middle() const { return static_cast<uint32_t>(value >> 16); }
};

NtpTime to_ntp(WallTime time);
WallTime to_wall(NtpTime time);

}  // namespace rtspcore::rtp

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace rtspcore::rtp {

// 64-bit NTP time stamp (RFC 3550 section 4): seconds since 1900 in the upper 32 bits, fraction in the lower. Era 0 and 1 as
// 2036 comes: conversion to WallTime takes the era nearest to 2026-2094.
struct NtpTime {
    uint64_t value = 0;
    auto operator<=>(const NtpTime &) const = default;
    // The middle 32 bits, as LSR and DLSR use them (RFC 3550 section 6.4.1).
    [[nodiscard]] uint32_t middle() const { return static_cast<uint32_t>(value >> 16); }
};

NtpTime to_ntp(WallTime time);
WallTime to_wall(NtpTime time);

}  // namespace rtspcore::rtp

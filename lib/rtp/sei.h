// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>

namespace rtspcore::rtp {

// Whether an SEI NAL unit of H.264 has a recovery point message (ITU-T H.264 section D.1.8). `bytes` are those after
// the NAL unit header, with emulation prevention. Total.
bool sei_has_recovery_point(std::span<const uint8_t> bytes);

}  // namespace rtspcore::rtp

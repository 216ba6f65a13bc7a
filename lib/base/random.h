// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

namespace rtspcore {

// From the system's random source (getrandom(2)): good for session ids, SSRCs and nonces. Safe; blocks only
// before the kernel's pool is first seeded at boot.
uint64_t random_u64();

// `bytes` random bytes as lower-case hexadecimal digits.
std::string random_hex(size_t bytes);

}  // namespace rtspcore

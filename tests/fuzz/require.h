// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdio>
#include <cstdlib>

namespace rtspcore::fuzz {

// Ends the process when something is not as it always has to be: a finding for libFuzzer, a failure for the replay.
// Also with NDEBUG.
inline void require(bool holds, const char *what) {
    if (holds)
        return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

}  // namespace rtspcore::fuzz

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>

namespace rtspcore {

// Protocol logic never asks for the time: it is handed `now`. Only the edges (event loop, packet sink) read a clock.
using Duration = std::chrono::nanoseconds;
using Time = std::chrono::time_point<std::chrono::steady_clock, Duration>;      // monotonic: order, time-outs
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;  // UTC since 1970: NTP, logs

inline Time monotonic_now() {
    return std::chrono::steady_clock::now();
}
inline WallTime wall_now() {
    return std::chrono::system_clock::now();
}

}  // namespace rtspcore

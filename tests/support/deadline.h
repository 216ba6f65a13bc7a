// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <poll.h>

#include <chrono>

namespace rtspcore::test {

inline constexpr std::chrono::seconds kDeadline{10};

// Looks every millisecond whether `holds` does; whether that came to be before the deadline.
template <typename Condition>
[[nodiscard]] bool eventually(Condition holds, std::chrono::milliseconds patience = kDeadline) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        poll(nullptr, 0, 1);
    }
    return true;
}

// For tests about time itself, where nothing becomes true that could be waited for.
inline void spend(std::chrono::microseconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    (void)eventually([&] { return std::chrono::steady_clock::now() >= deadline; });
}

}  // namespace rtspcore::test

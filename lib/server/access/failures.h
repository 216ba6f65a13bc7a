// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <map>

#include "base/clock.h"
#include "base/guarded.h"
#include "server/access/network.h"

namespace rtspcore::server::access {

// Slows down whoever guesses passwords: after some failures from an address those that follow are answered one by one,
// with a pause before each that doubles, and when too many wait, attempts from there are not looked at. Who knows the
// password never waits behind those who do not. Remembers `kRemembered` addresses; the one that failed longest ago goes
// first. Safe.
class Failures {
public:
    static constexpr size_t kRemembered = 4096;
    static constexpr unsigned kFree = 5;  // a person mistypes that often
    static constexpr std::chrono::milliseconds kFirstPause{500};
    static constexpr std::chrono::seconds kLongestPause{8};
    static constexpr std::chrono::seconds kLongestQueue{30};
    static constexpr std::chrono::minutes kForgiven{10};

    // Whether an attempt from there is looked at.
    [[nodiscard]] bool is_heard(const net::SocketAddress &peer, Time now);
    // An attempt failed; how long the answer has to wait.
    Duration note(const net::SocketAddress &peer, Time now);

private:
    struct Record {
        unsigned count = 0;
        Time last{};
        Time next_answer{};
    };
    using Records = std::map<Network, Record>;
    static void forget_oldest(Records &records);

    Guarded<Records> records_;
};

}  // namespace rtspcore::server::access

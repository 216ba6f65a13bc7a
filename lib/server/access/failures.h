// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "base/clock.h"
#include "base/guarded.h"
#include "server/access/network.h"

namespace rtspcore::server::access {

// Slows down whoever guesses passwords: after some failures from an address its attempts are looked at one by one, with
// a pause before each that doubles. Remembers `kRemembered` addresses; the one that failed longest ago goes first.
// Safe.
class Failures {
public:
    static constexpr size_t kRemembered = 4096;
    static constexpr unsigned kFree = 5;  // a person mistypes that often
    static constexpr std::chrono::milliseconds kFirstPause{500};
    static constexpr std::chrono::seconds kLongestPause{8};
    static constexpr std::chrono::seconds kLongestQueue{30};
    static constexpr std::chrono::minutes kForgiven{10};

    // How long the next attempt from there has to wait; nothing if so many wait already that it is not looked at.
    std::optional<Duration> delay(const net::SocketAddress &peer, Time now);
    void note(const net::SocketAddress &peer, Time now);

private:
    struct Record {
        unsigned count = 0;
        Time last{};
        Time next_attempt{};
    };
    using Records = std::map<Network, Record>;
    static void forget_oldest(Records &records);

    Guarded<Records> records_;
};

}  // namespace rtspcore::server::access

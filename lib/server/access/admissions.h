// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/clock.h"
#include "base/guarded.h"
#include "server/access/network.h"

namespace rtspcore::server::access {

class Admissions;

// One connection among those that are counted, for as long as it exists. may_ask() and prove() are confined to the
// thread of the connection.
class Admission {
public:
    Admission(std::shared_ptr<Admissions> admissions, const net::SocketAddress &peer);
    ~Admission();
    Admission(const Admission &) = delete;
    Admission &operator=(const Admission &) = delete;

    // Was let in: no stranger any more. Idempotent.
    void prove();
    // Counts a request. False: there were more than `a_second` (0: any number), and twice as many at once.
    bool may_ask(unsigned a_second, Time now);

private:
    const std::shared_ptr<Admissions> admissions_;
    const Network network_;
    bool is_proven_ = false;
    double requests_left_ = -1;
    Time counted_{};
};

// How many connections there are from where, and how many of them were not let in yet. Safe. Bounded by the number of
// connections.
class Admissions : public std::enable_shared_from_this<Admissions> {
public:
    // Null if there are `most_per_host` (0: any number) from that host already.
    std::shared_ptr<Admission> admit(const net::SocketAddress &peer, unsigned most_per_host);
    [[nodiscard]] unsigned strangers();

private:
    friend class Admission;
    struct Counts {
        std::map<Network, unsigned> connections;
        unsigned strangers = 0;
    };
    Guarded<Counts> counts_;
};

}  // namespace rtspcore::server::access

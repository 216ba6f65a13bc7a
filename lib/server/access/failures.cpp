// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/failures.h"

#include <algorithm>

namespace rtspcore::server::access {

bool Failures::is_heard(const net::SocketAddress &peer, Time now) {
    auto records = records_.lock();
    const auto found = records->find(Network::of_peer(peer));
    return found == records->end() || found->second.next_answer - now <= kLongestQueue;
}

Duration Failures::note(const net::SocketAddress &peer, Time now) {
    auto records = records_.lock();
    Record &record = (*records)[Network::of_peer(peer)];
    if (now - record.last > kForgiven)
        record = {};
    record.last = now;
    Duration wait = Duration::zero();
    if (record.count++ >= kFree) {
        constexpr unsigned kMostDoublings = 8;
        const Duration pause = kFirstPause * (1 << std::min(record.count - kFree - 1, kMostDoublings));
        record.next_answer = std::max(now, record.next_answer) + std::min<Duration>(pause, kLongestPause);
        wait = record.next_answer - now;
    }
    if (records->size() > kRemembered)
        forget_oldest(*records);
    return wait;
}

void Failures::forget_oldest(Records &records) {
    records.erase(std::min_element(records.begin(), records.end(),
                                   [](const auto &a, const auto &b) { return a.second.last < b.second.last; }));
}

}  // namespace rtspcore::server::access

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/failures.h"

#include <algorithm>

namespace rtspcore::server::access {

std::optional<Duration> Failures::delay(const net::SocketAddress &peer, Time now) {
    auto records = records_.lock();
    const auto found = records->find(Network::of_peer(peer));
    if (found == records->end())
        return Duration::zero();
    Record &record = found->second;
    if (now - record.last > kForgiven) {
        records->erase(found);
        return Duration::zero();
    }
    if (record.count < kFree)
        return Duration::zero();
    constexpr unsigned kMostDoublings = 8;
    const Duration pause = kFirstPause * (1 << std::min(record.count - kFree, kMostDoublings));
    const Time begin = std::max(now, record.next_attempt);
    if (begin - now > kLongestQueue)
        return std::nullopt;
    record.next_attempt = begin + std::min<Duration>(pause, kLongestPause);
    return record.next_attempt - now;
}

void Failures::note(const net::SocketAddress &peer, Time now) {
    auto records = records_.lock();
    Record &record = (*records)[Network::of_peer(peer)];
    if (now - record.last > kForgiven)
        record = {};
    ++record.count;
    record.last = now;
    if (records->size() > kRemembered)
        forget_oldest(*records);
}

void Failures::forget_oldest(Records &records) {
    records.erase(std::min_element(records.begin(), records.end(),
                                   [](const auto &a, const auto &b) { return a.second.last < b.second.last; }));
}

}  // namespace rtspcore::server::access

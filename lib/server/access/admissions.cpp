// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/admissions.h"

#include <algorithm>
#include <utility>

namespace rtspcore::server::access {

Admission::Admission(std::shared_ptr<Admissions> admissions, const net::SocketAddress &peer)
    : admissions_(std::move(admissions)), network_(Network::of_peer(peer)) {}

Admission::~Admission() {
    auto counts = admissions_->counts_.lock();
    const auto found = counts->connections.find(network_);
    if (--found->second == 0)
        counts->connections.erase(found);
    counts->strangers -= is_proven_ ? 0 : 1;
}

void Admission::prove() {
    if (!std::exchange(is_proven_, true))
        --admissions_->counts_.lock()->strangers;
}

bool Admission::may_ask(unsigned a_second, Time now) {
    if (a_second == 0)
        return true;
    const double most = 2.0 * a_second;
    const std::chrono::duration<double> since = now - counted_;
    requests_left_ = requests_left_ < 0 ? most : std::min(most, requests_left_ + since.count() * a_second);
    counted_ = now;
    if (requests_left_ < 1)
        return false;
    requests_left_ -= 1;
    return true;
}

std::shared_ptr<Admission> Admissions::admit(const net::SocketAddress &peer, unsigned most_per_host) {
    {
        auto counts = counts_.lock();
        unsigned &connections = counts->connections[Network::of_peer(peer)];
        if (most_per_host > 0 && connections >= most_per_host)
            return nullptr;
        ++connections;
        ++counts->strangers;
    }
    return std::make_shared<Admission>(shared_from_this(), peer);
}

unsigned Admissions::strangers() {
    return counts_.lock()->strangers;
}

}  // namespace rtspcore::server::access

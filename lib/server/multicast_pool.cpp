// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/multicast_pool.h"

#include <gst/rtsp-server/rtsp-address-pool.h>

#include <algorithm>
#include <utility>

namespace rtspcore::server {

namespace {

struct FreeAddress {
    void operator()(GstRTSPAddress *address) const { gst_rtsp_address_free(address); }
};
using Address = std::unique_ptr<GstRTSPAddress, FreeAddress>;

}  // namespace

struct MulticastPool::AddressPool {
    Ref<GstRTSPAddressPool> pool = Ref<GstRTSPAddressPool>::adopt(gst_rtsp_address_pool_new());
};

// One group address and its RTP ports.
class MulticastPool::Lease {
public:
    Lease(Address address, net::SocketAddress first, uint32_t last)
        : address_(std::move(address)), first_(first), last_(last) {}

    [[nodiscard]] net::SocketAddress first() const { return first_; }
    [[nodiscard]] uint32_t last_port() const { return last_; }
    // Chosen by the user for one mapping, so no other one gets ports of it.
    [[nodiscard]] bool is_fixed() const { return !address_; }

private:
    const Address address_;
    const net::SocketAddress first_;
    const uint32_t last_;
};

MulticastPool::MulticastPool(const MulticastConfig &config) : config_(config), pool_(std::make_unique<AddressPool>()) {
    // To the pool a TTL of 0 means unicast; the real one is the socket's.
    const auto ttl = std::max<uint8_t>(config.ttl, 1);
    gst_rtsp_address_pool_add_range(pool_->pool.get(), config.ip_min.c_str(), config.ip_max.c_str(), config.port_min,
                                    static_cast<guint16>(config.port_max + 1), ttl);
}

MulticastPool::~MulticastPool() = default;

Result<net::SocketAddress, PoolError> MulticastPool::endpoint(const std::shared_ptr<media::Mount> &mount,
                                                              const media::Track &track) {
    std::vector<Holding> ended;  // let go of after the lock
    auto content = content_.lock();
    ended = take_ended(*content);
    Holding &holding = content->holdings[mount->id()];
    holding.mount = mount;
    if (const auto known = holding.endpoints.find(track.index()); known != holding.endpoints.end())
        return known->second;
    auto chosen = choose(*content, holding, track);
    if (chosen)
        holding.endpoints.emplace(track.index(), *chosen);
    return chosen;
}

std::vector<MulticastPool::Holding> MulticastPool::take_ended(Content &content) {
    std::vector<Holding> ended;
    std::erase_if(content.holdings, [&](auto &entry) {
        const auto mount = entry.second.mount.lock();
        const bool is_over = !mount || mount->is_closed();
        if (is_over)
            ended.push_back(std::move(entry.second));
        return is_over;
    });
    return ended;
}

Result<net::SocketAddress, PoolError> MulticastPool::choose(Content &content, Holding &holding,
                                                            const media::Track &track) {
    if (!track.config().group.address.empty())
        return fix(content, holding, track);
    for (const SharedLease &lease : holding.leases)
        if (const auto endpoint = free_ports(content, *lease))
            return *endpoint;
    if (const SharedLease lease = lease_address(content)) {
        holding.leases.push_back(lease);
        if (const auto endpoint = free_ports(content, *lease))
            return *endpoint;
    }
    for (const auto &entry : content.leases) {
        const SharedLease shared = entry.lock();
        const auto endpoint = shared && !shared->is_fixed() ? free_ports(content, *shared) : std::nullopt;
        if (!endpoint)
            continue;
        holding.leases.push_back(shared);
        return *endpoint;
    }
    return Failure{PoolError::Exhausted, "all groups of " + config_.ip_min + " to " + config_.ip_max + ", ports " +
                                             std::to_string(config_.port_min) + " to " +
                                             std::to_string(config_.port_max) +
                                             ", are given away: widen multicast-ip-max or multicast-port-max"};
}

// What the user chose for this stream. Streams of the mapping that have no choice of their own go beside it.
Result<net::SocketAddress, PoolError> MulticastPool::fix(Content &content, Holding &holding,
                                                         const media::Track &track) const {
    const auto &wanted = track.config().group;
    const auto port = static_cast<uint16_t>(wanted.port != 0 ? wanted.port : first_port(config_));
    const auto endpoint = net::SocketAddress::parse(wanted.address, port);
    if (!endpoint || is_taken(content, *endpoint))
        return Failure{PoolError::Taken, "group " + wanted.address + " port " + std::to_string(port) +
                                             " is given to another stream: give one of them another port"};
    constexpr uint32_t kLastPort = 65534;
    holding.leases.insert(holding.leases.begin(), std::make_shared<Lease>(nullptr, *endpoint, kLastPort));
    return *endpoint;
}

MulticastPool::SharedLease MulticastPool::lease_address(Content &content) const {
    constexpr auto kFlags = GST_RTSP_ADDRESS_FLAG_MULTICAST;
    const int all_ports = config_.port_max + 1 - config_.port_min + 1;
    Address address(gst_rtsp_address_pool_acquire_address(pool_->pool.get(), kFlags, all_ports));
    if (!address)
        return nullptr;
    const auto first = net::SocketAddress::parse(address->address, first_port(config_));
    auto lease = std::make_shared<Lease>(std::move(address), *first, config_.port_max);
    std::erase_if(content.leases, [](const auto &entry) { return entry.expired(); });
    content.leases.push_back(lease);
    return lease;
}

std::optional<net::SocketAddress> MulticastPool::free_ports(const Content &content, const Lease &lease) {
    for (uint32_t port = lease.first().port(); port <= lease.last_port(); port += 2)
        if (const auto endpoint = lease.first().with_port(static_cast<uint16_t>(port)); !is_taken(content, endpoint))
            return endpoint;
    return std::nullopt;
}

bool MulticastPool::is_taken(const Content &content, const net::SocketAddress &endpoint) {
    const auto overlaps = [&](const auto &entry) { return overlap(entry.second, endpoint); };
    return std::any_of(content.holdings.begin(), content.holdings.end(), [&](const auto &entry) {
        return std::any_of(entry.second.endpoints.begin(), entry.second.endpoints.end(), overlaps);
    });
}

}  // namespace rtspcore::server

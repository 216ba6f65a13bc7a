// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/guarded.h"
#include "base/ref.h"
#include "base/result.h"
#include "media/mount.h"
#include "net/socket_address.h"
#include "server/multicast_config.h"

namespace rtspcore::server {

enum class PoolError : uint8_t { Exhausted, Taken };

// Which group and ports the tracks of each mount have. Addresses come from a GstRTSPAddressPool, one per mount with a
// pair of ports per track, so that who joins for one mount gets nothing of another; only when all are given away,
// mounts share addresses, by different ports. What a mount has it keeps for its life: clients are told the same
// whenever they ask. Safe.
class MulticastPool {
public:
    // `config` was checked.
    explicit MulticastPool(const MulticastConfig &config);
    ~MulticastPool();

    // Where RTP of that track goes; RTCP goes to the next port.
    Result<net::SocketAddress, PoolError> endpoint(const std::shared_ptr<media::Mount> &mount,
                                                   const media::Track &track);

private:
    class Lease;
    using SharedLease = std::shared_ptr<Lease>;
    struct Holding {
        std::weak_ptr<media::Mount> mount;
        std::vector<SharedLease> leases;
        std::map<unsigned, net::SocketAddress> endpoints;  // by track index
    };
    struct Content {
        std::map<uint64_t, Holding> holdings;  // by Mount::id()
        std::vector<std::weak_ptr<Lease>> leases;
    };

    [[nodiscard]] static std::vector<Holding> take_ended(Content &content);
    Result<net::SocketAddress, PoolError> choose(Content &content, Holding &holding, const media::Track &track);
    Result<net::SocketAddress, PoolError> fix(Content &content, Holding &holding, const media::Track &track) const;
    [[nodiscard]] SharedLease lease_address(Content &content) const;
    [[nodiscard]] static std::optional<net::SocketAddress> free_ports(const Content &content, const Lease &lease);
    [[nodiscard]] static bool is_taken(const Content &content, const net::SocketAddress &endpoint);

    struct AddressPool;
    const MulticastConfig config_;
    const std::unique_ptr<AddressPool> pool_;
    Guarded<Content> content_;
};

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/guarded.h"
#include "net/socket_address.h"

namespace rtspcore::server::access {

// The nonces of Digest challenges (RFC 7616 section 5.4). One tells by itself when it was made, for which host, and
// that it is ours (HMAC with a key of this server), so that asking for nonces costs no memory. Only those that were
// used in earnest are remembered, with their counts: `kRemembered` at most; when one has to be forgotten, all that were
// made before it are stale, so that nothing is ever replayed. Safe.
class Nonces {
public:
    static constexpr size_t kRemembered = 4096;

    explicit Nonces(std::chrono::seconds lifetime);

    [[nodiscard]] std::string issue(const net::SocketAddress &peer, Time now) const;

    enum class Use : uint8_t {
        Good,
        Stale,     // too old, of another host, or not ours at all (of this server before it was started again)
        Replayed,  // its count has been used
    };
    // For credentials that are right in all else. `count` 0 is for the form of RFC 2069, which has none: within the
    // lifetime only the host that the nonce was given to can repeat it.
    Use use(std::string_view nonce, uint32_t count, const net::SocketAddress &peer, Time now);

private:
    struct Counts {
        std::map<std::string, uint32_t, std::less<>> highest;  // by nonce, which begins with its time
        std::string forgotten;                                 // the newest nonce that was let go
    };

    [[nodiscard]] std::string seal(std::string_view stamp, const net::SocketAddress &peer) const;
    [[nodiscard]] bool is_fresh(std::string_view nonce, const net::SocketAddress &peer, Time now) const;

    const std::chrono::milliseconds lifetime_;
    const std::string key_;
    Guarded<Counts> counts_;
};

}  // namespace rtspcore::server::access

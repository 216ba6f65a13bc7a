// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/nonces.h"

#include <array>
#include <cstdio>

#include "base/random.h"
#include "rtsp/ascii.h"
#include "rtsp/digest.h"

namespace rtspcore::server::access {

namespace {

constexpr size_t kTimeDigits = 16;
constexpr size_t kRandomBytes = 8;
constexpr size_t kStampDigits = kTimeDigits + 2 * kRandomBytes;
constexpr size_t kKeyBytes = 32;

std::chrono::milliseconds milliseconds(Time time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
}

}  // namespace

Nonces::Nonces(std::chrono::seconds lifetime) : lifetime_(lifetime), key_(random_hex(kKeyBytes)) {}

std::string Nonces::seal(std::string_view stamp, const net::SocketAddress &peer) const {
    return rtsp::keyed_digest(key_, std::string(stamp) + peer.host()).substr(0, 32);
}

std::string Nonces::issue(const net::SocketAddress &peer, Time now) const {
    std::array<char, kTimeDigits + 1> time{};
    std::snprintf(time.data(), time.size(), "%016llx", static_cast<unsigned long long>(milliseconds(now).count()));
    const std::string stamp = time.data() + random_hex(kRandomBytes);
    return stamp + seal(stamp, peer);
}

bool Nonces::is_fresh(std::string_view nonce, const net::SocketAddress &peer, Time now) const {
    if (nonce.size() <= kStampDigits)
        return false;
    const std::string_view stamp = nonce.substr(0, kStampDigits);
    const auto made = rtsp::parse_number<int64_t>(stamp.substr(0, kTimeDigits), 16);
    if (!made || !rtsp::is_same_secret(seal(stamp, peer), nonce.substr(kStampDigits)))
        return false;
    return milliseconds(now) - std::chrono::milliseconds(*made) <= lifetime_;
}

Nonces::Use Nonces::use(std::string_view nonce, uint32_t count, const net::SocketAddress &peer, Time now) {
    if (!is_fresh(nonce, peer, now))
        return Use::Stale;
    auto counts = counts_.lock();
    auto &highest = counts->highest;
    const auto found = highest.find(nonce);
    if (found == highest.end()) {
        if (nonce <= counts->forgotten)
            return Use::Stale;
        if (count > 0)
            highest.emplace(nonce, count);
        if (highest.size() > kRemembered) {
            counts->forgotten = highest.begin()->first;
            highest.erase(highest.begin());
        }
        return Use::Good;
    }
    // A nonce whose counts are kept is not good for credentials without one.
    if (count <= found->second)
        return Use::Replayed;
    found->second = count;
    return Use::Good;
}

}  // namespace rtspcore::server::access

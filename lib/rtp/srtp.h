// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rtp/packet.h"

struct srtp_ctx_t_;

namespace rtspcore::rtp {

// A master key with its salt (RFC 3711 section 3.2.1) for AES_CM_128_HMAC_SHA1_80, which is what every client of SRTP
// has to know (section 5). A plain value; never logged.
struct SrtpKey {
    static constexpr size_t kSaltSize = 14;
    static constexpr size_t kSize = 16 + kSaltSize;

    std::array<uint8_t, kSize> bytes{};

    // From the system's random source.
    static SrtpKey random();
    bool operator==(const SrtpKey &) const = default;
};

// One direction of SRTP and SRTCP under one master key, by libsrtp2. Confined.
class SrtpContext {
protected:
    enum class Direction : uint8_t { Out, In };
    SrtpContext(const SrtpKey &key, Direction direction);
    ~SrtpContext() = default;
    SrtpContext(SrtpContext &&) = default;
    SrtpContext &operator=(SrtpContext &&) = default;

    using Transform = int(srtp_ctx_t_ *, void *, int *);
    // What the transform makes of a copy of the bytes; empty if it fails. Valid until the next call.
    std::span<const uint8_t> apply(Transform *transform, std::span<const uint8_t> packet);

private:
    struct Close {
        void operator()(srtp_ctx_t_ *context) const;
    };
    std::unique_ptr<srtp_ctx_t_, Close> context_;
    std::vector<uint64_t> scratch_;  // aligned, as libsrtp reads headers as words
};

// What we send. The rollover counter (section 3.3.1) is 0 for the first packet of each SSRC and follows its sequence
// numbers from there; a packet that was given already may be given again.
class SrtpSender : private SrtpContext {
public:
    explicit SrtpSender(const SrtpKey &key) : SrtpContext(key, Direction::Out) {}

    // The packet encrypted and authenticated; empty when the key must not be used for it any more: it is further back
    // than the half of the sequence numbers, or the key has been used too often. Valid until the next call.
    std::span<const uint8_t> protect_rtp(std::span<const uint8_t> packet);
    std::span<const uint8_t> protect_rtcp(std::span<const uint8_t> compound);
};

// The SRTCP of one client.
class SrtcpReceiver : private SrtpContext {
public:
    explicit SrtcpReceiver(const SrtpKey &key) : SrtpContext(key, Direction::In), key_(key) {}

    // The compound packet; empty if it is not of who has the key, or a repetition. Valid until the next call.
    std::span<const uint8_t> open(std::span<const uint8_t> packet);
    [[nodiscard]] const SrtpKey &key() const { return key_; }

private:
    SrtpKey key_;
    std::vector<Ssrc> senders_;
};

}  // namespace rtspcore::rtp

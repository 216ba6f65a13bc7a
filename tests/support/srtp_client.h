// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rtp/srtp.h"

struct srtp_ctx_t_;

namespace rtspcore::test {

// In which form a client takes the keys of a description: `a=key-mgmt` (RFC 4567) or `a=crypto` (RFC 4568).
enum class KeyForm : uint8_t { Mikey, Crypto };

struct ToldKey {
    rtp::SrtpKey key;
    rtp::Ssrc ssrc = 0;      // 0: not told
    uint32_t rollovers = 0;  // of the first packets

    bool operator==(const ToldKey &) const = default;
};

// By stream; none if the description is not of RTP/SAVP. MIKEY is read by GStreamer, as rtspsrc does.
std::vector<ToldKey> told_keys(const std::string &sdp, KeyForm form);

// The header line of SETUP that tells the key of what the client says.
std::string key_mgmt(const std::string &uri, const rtp::SrtpKey &key);

// The receiving side of one stream, by libsrtp2. As a client does, it begins the first source with the rollover counter
// that it was told, and others with 0.
class SrtpDecoder {
public:
    explicit SrtpDecoder(const ToldKey &told);

    // Empty when the packet is not authentic, or not for this client.
    std::vector<uint8_t> rtp(std::span<const uint8_t> packet);
    std::vector<uint8_t> rtcp(std::span<const uint8_t> compound);

private:
    void add_source(rtp::Ssrc ssrc);

    ToldKey told_;
    std::unique_ptr<srtp_ctx_t_, int (*)(srtp_ctx_t_ *)> context_;
    std::vector<rtp::Ssrc> sources_;
};

}  // namespace rtspcore::test

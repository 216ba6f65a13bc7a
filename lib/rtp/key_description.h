// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

#include "rtp/packet.h"
#include "rtp/srtp.h"

// SRTP keys in the forms in which they are told; rtp/mikey.h reads what others tell. All of them hold the key as it is,
// so they may be told over TLS only. Pure.
namespace rtspcore::rtp {

// The value of `a=crypto` (RFC 4568): "1 AES_CM_128_HMAC_SHA1_80 inline:...". It has no place for a rollover counter:
// who reads it begins at 0.
std::string crypto_attribute(const SrtpKey &key);

// A MIKEY message in Base64 (RFC 3830, RFC 4567) that gives the key as a TEK, with a crypto session for `ssrc` whose
// rollover counter is at `rollovers`.
std::string mikey_message(const SrtpKey &key, Ssrc ssrc, uint32_t rollovers);

}  // namespace rtspcore::rtp

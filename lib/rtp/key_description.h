// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "rtp/packet.h"
#include "rtp/srtp.h"

// SRTP keys in the forms in which they are told. All of them hold the key as it is, so they may be told over TLS only.
// Pure.
namespace rtspcore::rtp {

// The value of `a=crypto` (RFC 4568): "1 AES_CM_128_HMAC_SHA1_80 inline:...". It has no place for a rollover counter:
// who reads it begins at 0.
std::string crypto_attribute(const SrtpKey &key);

// A MIKEY message in Base64 (RFC 3830, RFC 4567) that gives the key as a TEK, with a crypto session for `ssrc` whose
// rollover counter is at `rollovers`.
std::string mikey_message(const SrtpKey &key, Ssrc ssrc, uint32_t rollovers);

enum class KeyError : uint8_t { NotMikey, NoKey, OtherCipher };

// The first key of a MIKEY message in Base64. Total. Fails for what is none, for keys that are themselves encrypted,
// and for other ciphers than ours.
Result<SrtpKey, KeyError> read_mikey(std::string_view base64);

}  // namespace rtspcore::rtp

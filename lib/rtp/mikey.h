// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "rtp/srtp.h"

namespace rtspcore::rtp {

enum class MikeyError : uint8_t { Malformed, NoKey, OtherCipher };

// The first key of a MIKEY message (RFC 3830 section 6) that tells it as it is: KEMAC without encryption, a TEK with
// its salt, for SRTP with AES_CM_128_HMAC_SHA1_80. Total and in linear time, which the parser of GStreamer 1.22 is not:
// a payload type that it does not know keeps it busy for ever.
Result<SrtpKey, MikeyError> read_mikey(std::span<const uint8_t> message);

}  // namespace rtspcore::rtp

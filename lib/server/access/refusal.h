// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace rtspcore::server::access {

// Why a request is not served.
enum class Refusal : uint8_t {
    NoCredentials,  // the client is asked for them
    StaleNonce,     // right, but for a nonce that is over: the client tries again by itself
    WrongCredentials,
    Replayed,
    NoToken,  // of a URL; nobody has a password
    BadToken,
    ExpiredToken,
    Forbidden,    // the user or token is not for this mapping, or not for this session
    NotApproved,  // by the application
    NoDecision,   // of the application, in time
    TooManyFailures,
};
// For the log: "wrong credentials".
const char *reason(Refusal refusal);

}  // namespace rtspcore::server::access

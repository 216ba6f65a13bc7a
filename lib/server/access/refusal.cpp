// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/refusal.h"

namespace rtspcore::server::access {

const char *reason(Refusal refusal) {
    switch (refusal) {
        case Refusal::NoCredentials:
            return "no credentials";
        case Refusal::StaleNonce:
            return "credentials for an old nonce";
        case Refusal::WrongCredentials:
            return "wrong credentials";
        case Refusal::Replayed:
            return "replayed credentials";
        case Refusal::NoToken:
            return "no token";
        case Refusal::BadToken:
            return "bad token";
        case Refusal::ExpiredToken:
            return "expired token";
        case Refusal::Forbidden:
            return "forbidden";
        case Refusal::NotApproved:
            return "not approved";
        case Refusal::NoDecision:
            return "no decision";
        case Refusal::TooManyFailures:
            return "too many failures";
    }
    return "";
}

}  // namespace rtspcore::server::access

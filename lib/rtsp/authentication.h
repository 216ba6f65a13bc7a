// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

// The headers Authorization and WWW-Authenticate: Basic (RFC 7617) and Digest (RFC 7616), which RTSP takes from HTTP
// (RFC 2326 section 11). Pure. Nothing here ever puts what a client sent into a message: it may be a password.
namespace rtspcore::rtsp {

enum class DigestAlgorithm : uint8_t { Md5, Sha256 };

// "SHA-256", as headers have it.
std::string_view algorithm_name(DigestAlgorithm algorithm);

struct BasicCredentials {
    std::string user;
    std::string password;
};

// qop=auth with what it brings (RFC 7616 section 3.4).
struct DigestProtection {
    std::string cnonce;
    std::string nonce_count;  // 8 hexadecimal digits, as they came: they are hashed
    uint32_t count = 0;       // their value, at least 1
};

struct DigestCredentials {
    DigestAlgorithm algorithm = DigestAlgorithm::Md5;  // RFC 7616 section 3.4: that of the challenge, MD5 if not said
    std::string user;
    std::string realm;
    std::string nonce;
    std::string uri;
    std::string response;  // lower-case hexadecimal digits, as many as the algorithm has
    // Nothing for the form of RFC 2069, which rtspsrc and live555 send whatever they are offered.
    std::optional<DigestProtection> protection;
};

using Credentials = std::variant<BasicCredentials, DigestCredentials>;

enum class CredentialsError : uint8_t {
    UnknownScheme,         // neither Basic nor Digest
    UnsupportedAlgorithm,  // of a Digest, or qop, or a hashed user name: none that was offered
    Malformed,
};

// The value of an Authorization header. Total: any bytes give credentials or an error.
Result<Credentials, CredentialsError> parse_authorization(std::string_view value);

struct DigestChallenge {
    DigestAlgorithm algorithm = DigestAlgorithm::Md5;
    std::string realm;  // without '"', '\' and control characters
    std::string nonce;
    bool stale = false;  // the credentials were right, but for an old nonce: the client tries again without asking
};

// Values for WWW-Authenticate. `qop="auth"` is offered; who does not know it answers in the form of RFC 2069.
std::string to_string(const DigestChallenge &challenge);
std::string basic_challenge(std::string_view realm);

}  // namespace rtspcore::rtsp

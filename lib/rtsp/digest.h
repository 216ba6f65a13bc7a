// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

#include "rtsp/authentication.h"

// What a Digest is computed from (RFC 7616 section 3.4), by OpenSSL. Pure.
namespace rtspcore::rtsp {

// Lower-case hexadecimal digits; empty where the algorithm is not available (MD5 in FIPS mode).
std::string digest_of(DigestAlgorithm algorithm, std::string_view text);

// H(user:realm:password), all that a server has to know of a password; files of htdigest(1) hold it.
std::string user_digest(DigestAlgorithm algorithm, std::string_view user, std::string_view realm,
                        std::string_view password);

// The response that proves knowledge of `user_digest` for these credentials and this method; empty as digest_of().
std::string expected_response(const DigestCredentials &credentials, std::string_view user_digest,
                              std::string_view method);

// HMAC-SHA256 as lower-case hexadecimal digits.
std::string keyed_digest(std::string_view key, std::string_view text);

// Whether both are the same, in a time that does not tell where they differ. Never true for empty texts: what could not
// be computed equals nothing.
bool is_same_secret(std::string_view a, std::string_view b);

}  // namespace rtspcore::rtsp

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "server/access/mapping_pattern.h"

// Signed URLs: `rtsp://host/cam?token=<expiry>.<mappings>.<signature>`. Whoever has the key makes them, without asking
// the server; whoever has the URL may view the mappings (MappingPattern) until the expiry, in seconds since 1970. The
// signature is HMAC-SHA256 of what stands before its dot. Pure.
namespace rtspcore::server::access {

// Shorter ones could be guessed.
inline constexpr size_t kShortestTokenKey = 16;
inline constexpr size_t kMostTokenKeys = 2;

// As it stands in a URL, percent-encoded.
std::string make_token(std::string_view key, const MappingPattern &mappings, WallTime expires);

// The token of a query, percent-decoded; nothing if it has none.
std::optional<std::string> token_of(std::string_view query);

enum class TokenVerdict : uint8_t { Good, Bad, Expired, OtherMapping };

struct CheckedToken {
    TokenVerdict verdict;
    WallTime expires{};
};

// `token` as of token_of(). Any of the keys may have made it. Nothing in it is believed before its signature is known
// to be right.
CheckedToken check_token(std::string_view token, const std::vector<std::string> &keys, const std::string &mapping,
                         WallTime now);

}  // namespace rtspcore::server::access

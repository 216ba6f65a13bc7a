// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/token.h"

#include <glib.h>

#include <algorithm>
#include <memory>

#include "rtsp/ascii.h"
#include "rtsp/digest.h"

namespace rtspcore::server::access {

namespace {

using GText = std::unique_ptr<gchar, decltype(&g_free)>;

constexpr std::string_view kName = "token=";
// Of a query (RFC 3986 section 3.4), without "&" and what has a meaning to those who print or split URLs.
constexpr const char *kKept = "/*:";

bool is_signed(std::string_view claim, std::string_view signature, const std::vector<std::string> &keys) {
    bool is_good = false;
    for (const std::string &key : keys)
        is_good = rtsp::is_same_secret(rtsp::keyed_digest(key, claim), signature) || is_good;
    return is_good;
}

}  // namespace

std::string make_token(std::string_view key, const MappingPattern &mappings, WallTime expires) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(expires.time_since_epoch()).count();
    const std::string claim = std::to_string(seconds) + "." + mappings.text();
    const std::string token = claim + "." + rtsp::keyed_digest(key, claim);
    return GText(g_uri_escape_string(token.c_str(), kKept, FALSE), g_free).get();
}

std::optional<std::string> token_of(std::string_view query) {
    while (!query.empty()) {
        const size_t end = std::min(query.find('&'), query.size());
        const std::string_view field = query.substr(0, end);
        if (field.starts_with(kName)) {
            const std::string_view value = field.substr(kName.size());
            const GText decoded(g_uri_unescape_segment(value.data(), value.data() + value.size(), nullptr), g_free);
            return decoded ? decoded.get() : "";
        }
        query.remove_prefix(std::min(query.size(), end + 1));
    }
    return std::nullopt;
}

CheckedToken check_token(std::string_view token, const std::vector<std::string> &keys, const std::string &mapping,
                         WallTime now) {
    const size_t first = token.find('.');
    const size_t last = token.rfind('.');
    if (first == last || !is_signed(token.substr(0, last), token.substr(last + 1), keys))
        return {TokenVerdict::Bad};
    // Far enough beyond any clock of ours, so that no sum overflows.
    constexpr int64_t kLatest = 9'000'000'000;
    const auto seconds = rtsp::parse_number<int64_t>(token.substr(0, first));
    const auto mappings = MappingPattern::parse(token.substr(first + 1, last - first - 1));
    if (!seconds || *seconds < 0 || *seconds > kLatest || !mappings)
        return {TokenVerdict::Bad};
    const WallTime expires{std::chrono::seconds(*seconds)};
    if (now >= expires)
        return {TokenVerdict::Expired};
    return {mappings->matches(mapping) ? TokenVerdict::Good : TokenVerdict::OtherMapping, expires};
}

}  // namespace rtspcore::server::access

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/access/mapping_pattern.h"

#include <glib.h>

#include <algorithm>

#include "rtsp/ascii.h"

namespace rtspcore::server::access {

std::optional<MappingPattern> MappingPattern::parse(std::string_view text) {
    const bool is_bad = std::any_of(text.begin(), text.end(), [](char c) { return c == ' ' || rtsp::is_control(c); });
    if (text.empty() || is_bad || !g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr))
        return std::nullopt;
    const bool has_front = text.front() == '/' || text.front() == '*';
    return MappingPattern((has_front ? "" : "/") + std::string(text));
}

bool MappingPattern::matches(const std::string &mapping) const {
    return g_pattern_match_simple(text_.c_str(), mapping.c_str()) != FALSE;
}

}  // namespace rtspcore::server::access

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/websocket_origins.h"

#include <glib.h>

#include <algorithm>

#include "rtsp/ascii.h"

namespace rtspcore::rtsp {
namespace {

constexpr std::string_view kAll = "*";
constexpr std::string_view kSchemeEnd = "://";

// "https://viewer.example:8443": what is between the scheme and a path, which an origin has none of. Empty if it is no
// origin, as the "null" of files and of frames that any site can make.
std::string_view authority_of(std::string_view origin) {
    const size_t end = origin.find(kSchemeEnd);
    if (end == std::string_view::npos || !is_token(origin.substr(0, end)))
        return {};
    const std::string_view authority = origin.substr(end + kSchemeEnd.size());
    const bool has_more = authority.find_first_of("/?#@ ,*") != std::string_view::npos;
    return has_more ? std::string_view() : authority;
}

// Without the port; the brackets of an IPv6 address stay.
std::string_view host_of(std::string_view authority) {
    if (authority.substr(0, 1) == "[")
        return authority.substr(0, authority.find(']') + 1);
    return authority.substr(0, authority.find(':'));
}

bool is_address_or_local_name(std::string_view host) {
    constexpr std::string_view kLocal = ".local";
    if (host.substr(0, 1) == "[" || host.find('.') == std::string_view::npos)
        return true;
    const std::string_view end = host.substr(host.size() - std::min(host.size(), kLocal.size()));
    return equals_ignoring_case(end, kLocal) || g_hostname_is_ip_address(std::string(host).c_str());
}

}  // namespace

Result<WebSocketOrigins, OriginError> WebSocketOrigins::parse(std::string_view text) {
    WebSocketOrigins origins;
    while (!text.empty()) {
        const size_t end = std::min(text.find(','), text.size());
        const std::string_view part = trim(text.substr(0, end));
        if (part != kAll && host_of(authority_of(part)).empty())
            return Failure{OriginError::NoOrigin, std::string(part)};
        origins.listed_.emplace_back(part);
        text.remove_prefix(std::min(text.size(), end + 1));
    }
    return origins;
}

bool WebSocketOrigins::allow(std::string_view origin, std::string_view host) const {
    if (origin.empty())
        return true;
    if (!listed_.empty())
        return std::any_of(listed_.begin(), listed_.end(), [origin](const std::string &listed) {
            return listed == kAll || equals_ignoring_case(listed, origin);
        });
    const std::string_view page = host_of(authority_of(origin));
    return !page.empty() && equals_ignoring_case(page, host_of(host)) && is_address_or_local_name(page);
}

}  // namespace rtspcore::rtsp

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "location.h"

#include <gst/rtsp/rtsp.h>

#include <algorithm>
#include <iterator>

namespace rtspproxy {

namespace {

constexpr std::string_view kSeparators = ", \t\r\n";
constexpr std::string_view kOwnScheme = "rtspproxy://";

bool begins_with(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && g_ascii_strncasecmp(text.data(), prefix.data(), prefix.size()) == 0;
}

}  // namespace

std::vector<std::string> split_locations(std::string_view list) {
    std::vector<std::string> locations;
    for (size_t begin = list.find_first_not_of(kSeparators); begin != std::string_view::npos;) {
        const size_t end = std::min(list.find_first_of(kSeparators, begin), list.size());
        locations.emplace_back(list.substr(begin, end - begin));
        begin = list.find_first_not_of(kSeparators, end);
    }
    return locations;
}

std::string upstream_url(std::string_view location) {
    if (begins_with(location, kOwnScheme))
        return "rtsp://" + std::string(location.substr(kOwnScheme.size()));
    return std::string(location);
}

bool is_usable(const std::string &location) {
    GstRTSPUrl *url = nullptr;
    const std::string upstream = upstream_url(location);
    const bool parsed = gst_rtsp_url_parse(upstream.c_str(), &url) == GST_RTSP_OK;
    const bool usable = parsed && url->host && *url->host;
    if (parsed)
        gst_rtsp_url_free(url);
    return usable;
}

bool names_transport(std::string_view location) {
    constexpr std::string_view kSchemes[] = {"rtspt://", "rtspu://", "rtsph://", "rtspst://", "rtspsu://", "rtspsh://"};
    return std::any_of(std::begin(kSchemes), std::end(kSchemes),
                       [&](std::string_view scheme) { return begins_with(location, scheme); });
}

std::string tunnelled_url(const std::string &url) {
    for (const std::string_view scheme : {"rtsp", "rtsps"})
        if (begins_with(url, std::string(scheme) + "://"))
            return std::string(scheme) + "h" + url.substr(scheme.size());
    return url;
}

// The user information of a URL (RFC 3986 section 3.2.1) ends at the last `@` of the authority.
std::string masked(std::string_view text) {
    std::string out;
    for (;;) {
        const size_t slashes = text.find("://");
        if (slashes == std::string_view::npos)
            return out.append(text);
        const size_t begin = slashes + 3;
        const size_t end = std::min(text.find_first_of("/?# \t\r\n", begin), text.size());
        const std::string_view authority = text.substr(begin, end - begin);
        const size_t at = authority.rfind('@');
        const size_t colon = authority.find(':');
        out.append(text.substr(0, begin));
        if (at != std::string_view::npos && colon < at)
            out.append(authority.substr(0, colon)).append(":***").append(authority.substr(at));
        else
            out.append(authority);
        text.remove_prefix(end);
    }
}

}  // namespace rtspproxy

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "location.h"

#include <gst/rtsp/rtsp.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace rtspproxy {

namespace {

constexpr std::string_view kSeparators = ", \t\r\n";
constexpr std::string_view kOwnScheme = "rtspproxy://";

bool begins_with(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && g_ascii_strncasecmp(text.data(), prefix.data(), prefix.size()) == 0;
}

// Of the first URL in a text. The user information (RFC 3986 section 3.2.1) ends at the last `@` of the authority.
struct Authority {
    size_t begin = std::string_view::npos;  // of the text
    size_t end = 0;
    std::optional<std::string_view> user_info;
};

Authority authority_in(std::string_view text) {
    const size_t slashes = text.find("://");
    if (slashes == std::string_view::npos)
        return {};
    Authority authority;
    authority.begin = slashes + 3;
    authority.end = std::min(text.find_first_of("/?# \t\r\n", authority.begin), text.size());
    const std::string_view all = text.substr(authority.begin, authority.end - authority.begin);
    if (const size_t at = all.rfind('@'); at != std::string_view::npos)
        authority.user_info = all.substr(0, at);
    return authority;
}

// What is no percent-encoding stands for itself.
std::string decoded(std::string_view text) {
    gchar *plain = g_uri_unescape_segment(text.data(), text.data() + text.size(), nullptr);
    std::string out = plain ? plain : std::string(text);
    g_free(plain);
    return out;
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
    const std::string upstream = address_of(upstream_url(location)).url;
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

Address address_of(const std::string &url) {
    const Authority authority = authority_in(url);
    if (!authority.user_info)
        return {url, false, "", ""};
    const std::string_view info = *authority.user_info;
    const size_t colon = std::min(info.find(':'), info.size());
    std::string rest = url.substr(0, authority.begin) + url.substr(authority.begin + info.size() + 1);
    return {std::move(rest), true, decoded(info.substr(0, colon)),
            colon < info.size() ? decoded(info.substr(colon + 1)) : ""};
}

std::string server_of(std::string_view url) {
    const Authority authority = authority_in(url);
    if (authority.begin == std::string_view::npos)
        return {};
    const size_t begin = authority.begin + (authority.user_info ? authority.user_info->size() + 1 : 0);
    return std::string(url.substr(begin, authority.end - begin));
}

std::string masked(std::string_view text) {
    std::string out;
    for (;;) {
        const Authority authority = authority_in(text);
        if (authority.begin == std::string_view::npos)
            return out.append(text);
        const std::string_view info = authority.user_info.value_or("");
        const size_t colon = info.find(':');
        out.append(text.substr(0, authority.begin)).append(info.substr(0, colon));
        out.append(colon == std::string_view::npos ? "" : ":***");
        const size_t rest = authority.begin + info.size();
        out.append(text.substr(rest, authority.end - rest));
        text.remove_prefix(authority.end);
    }
}

}  // namespace rtspproxy

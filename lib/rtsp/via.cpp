// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/via.h"

#include <algorithm>

#include "rtsp/parameter_list.h"

namespace rtspcore::rtsp {

namespace {

constexpr std::string_view kSpaces = " \t";
constexpr std::string_view kProtocol = "RTSP/1.0 ";

// Takes the next word off `text`.
std::string_view take_word(std::string_view &text) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(kSpaces));
    text.remove_prefix(word.size());
    return word;
}

}  // namespace

std::vector<std::string_view> proxies_in(std::string_view via) {
    std::vector<std::string_view> proxies;
    while (!via.empty()) {
        std::string_view part = take_part(via, ',');
        const std::string_view protocol = take_word(part);
        const std::string_view proxy = take_word(part);
        if (!protocol.empty() && !proxy.empty())
            proxies.push_back(proxy);
    }
    return proxies;
}

bool names_proxy(std::string_view via, std::string_view proxy) {
    const auto proxies = proxies_in(via);
    return std::find(proxies.begin(), proxies.end(), proxy) != proxies.end();
}

std::string via_with(std::string_view via, std::string_view proxy) {
    return std::string(via) + (via.empty() ? "" : ", ") + std::string(kProtocol) + std::string(proxy);
}

}  // namespace rtspcore::rtsp

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/parameter_list.h"

#include <algorithm>

#include "rtsp/ascii.h"

namespace rtspcore::rtsp {

std::string_view take_part(std::string_view &text, char separator) {
    bool in_quotes = false;
    size_t end = 0;
    for (; end < text.size() && (in_quotes || text[end] != separator); ++end)
        in_quotes ^= text[end] == '"';
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    return trim(part);
}

Parameter split_parameter(std::string_view text) {
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos)
        return {text, {}, false};
    std::string_view value = trim(text.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = trim(value.substr(1, value.size() - 2));
    return {trim(text.substr(0, equals)), value, true};
}

}  // namespace rtspcore::rtsp

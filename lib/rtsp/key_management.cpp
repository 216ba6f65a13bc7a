// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/key_management.h"

#include <glib.h>

#include <algorithm>
#include <string>

#include "rtsp/ascii.h"
#include "rtsp/parameter_list.h"

namespace rtspcore::rtsp {

namespace {

std::vector<uint8_t> decode(std::string_view base64) {
    const bool is_base64 =
        std::ranges::all_of(base64, [](char c) { return g_ascii_isalnum(c) || c == '+' || c == '/' || c == '='; });
    if (!is_base64 || base64.size() < 2)
        return {};
    std::string text(base64);
    gsize size = 0;
    g_base64_decode_inplace(text.data(), &size);
    return {text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size)};
}

}  // namespace

Result<std::vector<uint8_t>, Status> mikey_message(std::string_view header) {
    while (!header.empty()) {
        std::string_view entry = take_part(header, ',');
        bool is_mikey = false;
        std::string_view data;
        while (!entry.empty()) {
            const Parameter parameter = split_parameter(take_part(entry, ';'));
            is_mikey |= equals_ignoring_case(parameter.name, "prot") && equals_ignoring_case(parameter.value, "mikey");
            if (equals_ignoring_case(parameter.name, "data"))
                data = parameter.value;
        }
        if (!is_mikey)
            continue;
        if (auto message = decode(data); !message.empty())
            return message;
    }
    return Failure{Status::KeyManagementFailure,
                   std::string("KeyMgmt: expected prot=mikey;uri=\"...\";data=\"...\" (RFC 4567)")};
}

}  // namespace rtspcore::rtsp

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/key_management.h"

#include "rtsp/ascii.h"
#include "rtsp/parameter_list.h"

namespace rtspcore::rtsp {

Result<std::string, Status> mikey_data(std::string_view header) {
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
        if (is_mikey && !data.empty())
            return std::string(data);
    }
    return Failure{Status::KeyManagementFailure,
                   std::string("KeyMgmt: expected prot=mikey;uri=\"...\";data=\"...\" (RFC 4567)")};
}

}  // namespace rtspcore::rtsp

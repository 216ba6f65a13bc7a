// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rtsp/status.h"

namespace rtspcore::rtsp {

// The message of the first entry for MIKEY in a KeyMgmt header (RFC 4567 section 4.2), out of its Base64:
// `prot=mikey;uri="rtsp://...";data="AQAF..."`. Fails with KeyManagementFailure when there is none.
Result<std::vector<uint8_t>, Status> mikey_message(std::string_view header);

}  // namespace rtspcore::rtsp

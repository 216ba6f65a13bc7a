// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "rtsp/status.h"

namespace rtspcore::rtsp {

// The data of the first entry for MIKEY in a KeyMgmt header (RFC 4567 section 4.2):
// `prot=mikey;uri="rtsp://...";data="AQAF..."`. Fails with KeyManagementFailure when there is none.
Result<std::string, Status> mikey_data(std::string_view header);

}  // namespace rtspcore::rtsp

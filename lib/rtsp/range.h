// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

#include "base/result.h"
#include "rtsp/status.h"

namespace rtspcore::rtsp {

// What a `Range` header (RFC 2326 section 12.29) means for a live presentation, which has one position only: now.
// Every well-formed npt range is accepted and stands for "from now on"; the answer says `npt=now-`.
// InvalidRange for a malformed npt range and for smpte/clock ranges (a live presentation has no such position),
// NotImplemented for an unknown unit, as section 12.29 asks. Built on gst_rtsp_range_parse().
Result<void, Status> check_live_range(std::string_view header);

inline constexpr std::string_view kLiveRange = "npt=now-";

}  // namespace rtspcore::rtsp

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "reference_time.h"

namespace rtspsink {

using rtspcore::Duration;
using rtspcore::WallTime;

namespace {

// From 1900, where NTP begins, to 1970 (RFC 868).
constexpr std::chrono::seconds kNtpToUnix{2'208'988'800};

GstCaps *reference_caps(const char *name) {
    GstCaps *caps = gst_caps_new_empty_simple(name);
    GST_MINI_OBJECT_FLAG_SET(caps, GST_MINI_OBJECT_FLAG_MAY_BE_LEAKED);
    return caps;
}

}  // namespace

std::optional<WallTime> reference_time(GstBuffer *buffer) {
    static GstCaps *const unix_caps = reference_caps("timestamp/x-unix");
    static GstCaps *const ntp_caps = reference_caps("timestamp/x-ntp");
    if (const auto *meta = gst_buffer_get_reference_timestamp_meta(buffer, unix_caps))
        return WallTime(Duration(static_cast<int64_t>(meta->timestamp)));
    if (const auto *meta = gst_buffer_get_reference_timestamp_meta(buffer, ntp_caps))
        return WallTime(Duration(static_cast<int64_t>(meta->timestamp)) - kNtpToUnix);
    return std::nullopt;
}

}  // namespace rtspsink

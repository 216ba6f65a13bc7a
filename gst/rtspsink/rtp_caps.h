// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>

#include "problem.h"

namespace rtspsink {

struct RtpEncoding {
    std::string media;  // "video"
    std::string name;   // "H264"
};
RtpEncoding rtp_encoding(const GstCaps *caps);

// -1 if the caps do not tell.
int payload_type(const GstCaps *caps);

// Complete application/x-rtp caps for a track: what static payload types leave unsaid is filled in (RFC 3551 section
// 6), and `mapping` is taken out. Fails if that does not make them complete.
Outcome<Ref<GstCaps>> track_caps(const GstCaps *caps);

// Whether viewers that play `old_caps` can go on with `new_caps`: what differs, if anything, is also told in band.
bool continues(const GstCaps *old_caps, const GstCaps *new_caps);

}  // namespace rtspsink

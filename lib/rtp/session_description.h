// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ref.h"
#include "rtp/packet.h"

namespace rtspcore::rtp {

// Where a medium is to be had by multicast.
struct GroupDescription {
    std::string address;  // c= of the medium; empty: not told here, Transport tells it
    bool ipv6 = false;
    uint8_t ttl = 0;
    std::string source;  // of a source-specific group (RFC 4570); empty: of any other
};

// With what a medium is encrypted (RTP/SAVP); see rtp/key_description.h.
struct KeyDescription {
    std::string mikey;   // a=key-mgmt:mikey
    std::string crypto;  // a=crypto; empty: not told
};

struct MediaDescription {
    Ref<GstCaps> caps;    // application/x-rtp of the stream, fixed
    std::string control;  // "stream=0"
    std::optional<GroupDescription> group = {};
    std::optional<KeyDescription> keys = {};
};

struct SessionDescription {
    uint64_t id = 0;       // o= session id; the same for all who ask
    uint64_t version = 0;  // grows whenever the description changes
    std::string name;      // s=
    bool ipv6 = false;     // the address family of o= and c=
    std::vector<MediaDescription> media;
};

// SDP (RFC 4566) for an RTSP DESCRIBE (RFC 2326 appendix C): c= with the unspecified address and port 0, a=control:*
// and range:npt=now- on session level, a=control per medium, rtpmap and fmtp from the caps by
// gst_sdp_media_set_media_from_caps(). Fields of the caps that are ours or GStreamer's (mapping, ssrc,
// timestamp-offset, seqnum-offset, clock-base, ...) do not show in it. Video gets a=framerate when the caps tell it.
std::string write_sdp(const SessionDescription &description);

}  // namespace rtspcore::rtp

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>
#include <gst/sdp/sdp.h>

#include <string>
#include <vector>

#include "base/ref.h"

namespace rtspproxy {

// What rtspsrc's caps of an RTP stream say about the stream, without what they say about one session with one server
// (its first sequence number, its SSRC, keys, `a=` attributes): so they are equal when a stream comes again. Pure.
rtspcore::Ref<GstCaps> lasting_caps(const GstCaps *caps);

// "video", "audio", "application"; "" if the caps are no RTP stream.
std::string medium_of(const GstCaps *caps);

// One RTP stream of a description: "video0" is the first video stream.
struct StreamDescription {
    std::string key;
    rtspcore::Ref<GstCaps> caps;  // as rtspsrc will make them
};
std::vector<StreamDescription> streams_in(const GstSDPMessage *description);

// Of the caps; 0 if they do not tell.
unsigned clock_rate_of(const GstCaps *caps);

}  // namespace rtspproxy

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>

#include "rtp/access_unit.h"

namespace rtspcore::rtp {

// The inspectors of codecs whose units depend on each other; all of them end a unit with the marker bit.
class DependentUnitInspector : public AccessUnitInspector {
public:
    [[nodiscard]] bool has_key_frames() const override { return true; }
    [[nodiscard]] bool marker_ends_unit() const override { return true; }
};

using MadeInspector = std::unique_ptr<AccessUnitInspector>;

MadeInspector make_h264_inspector();       // RFC 6184
MadeInspector make_h265_inspector();       // RFC 7798
MadeInspector make_vp8_inspector();        // RFC 7741
MadeInspector make_vp9_inspector();        // RFC 9628
MadeInspector make_av1_inspector();        // the RTP payload format of the Alliance for Open Media
MadeInspector make_mpeg4_inspector();      // MP4V-ES, RFC 6416
MadeInspector make_mpeg2_inspector();      // MPV, RFC 2250
MadeInspector make_h263_inspector();       // H263, RFC 2190
MadeInspector make_h263_plus_inspector();  // H263-1998 and H263-2000, RFC 4629

}  // namespace rtspcore::rtp

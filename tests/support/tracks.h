// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "media/mount.h"

namespace rtspcore::test {

// After gst_init().

// Dependent units at 90 kHz, like those of `Unit`.
inline media::TrackConfig video_config(std::function<bool()> request_key_unit = {}) {
    return {.caps = Ref<GstCaps>::adopt(gst_caps_from_string(
                "application/x-rtp, media=(string)video, encoding-name=(string)H264, clock-rate=(int)90000, "
                "payload=(int)96, ssrc=(uint)1588396032")),
            .has_key_frames = true,
            .request_key_unit = std::move(request_key_unit)};
}

inline media::TrackConfig audio_config() {
    return {.caps = Ref<GstCaps>::adopt(gst_caps_from_string(
                "application/x-rtp, media=(string)audio, encoding-name=(string)PCMU, clock-rate=(int)8000, "
                "payload=(int)0"))};
}

}  // namespace rtspcore::test

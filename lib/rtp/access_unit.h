// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "rtp/packet.h"
#include "rtp/parameter_sets.h"

namespace rtspcore::rtp {

// What the RTP packets of one access unit tell about it without decoding it.
struct AccessUnitTraits {
    // A decoder that has the parameter sets can begin here: IDR or recovery point, IRAP, VP8/VP9/AV1 key frame, intra
    // picture, every JPEG, audio or data unit.
    bool key = false;
    // No other unit needs this one: H.264 nal_ref_idc 0 throughout, H.265 non-reference picture of the highest temporal
    // layer, VP8 N bit, MPEG B picture, every picture of a codec that has intra pictures only. Never audio or data.
    bool droppable = false;
};

// Looks at the packets of one stream, unit after unit. It keeps what it must across units (e.g. the highest temporal
// layer seen). Total: any payload bytes are fine. Confined to the streaming thread of its track.
class AccessUnitInspector {
public:
    virtual ~AccessUnitInspector() = default;
    virtual void add(const PacketView &packet) = 0;
    // The traits of what was added since the last call.
    virtual AccessUnitTraits finish() = 0;
    // The parameter sets of the stream as its SDP would tell them, when they changed since the last call: of codecs
    // that carry them in band.
    virtual std::optional<FormatParameters> take_parameter_sets() { return std::nullopt; }
    // Whether units of this stream depend on each other at all: false for audio, JPEG, data (every unit is a key).
    [[nodiscard]] virtual bool has_key_frames() const = 0;
    // Whether the marker bit ends an access unit (video but MP2T; MP4A-LATM, MPEG4-GENERIC, AC3, SMPTE336M...). Where
    // it does not, each push of the payloader is a unit.
    [[nodiscard]] virtual bool marker_ends_unit() const = 0;
};

// `media` and `encoding_name` are those of the application/x-rtp caps ("video", "H264"); without case. Unknown
// encodings get an inspector that takes every unit for a key frame.
std::unique_ptr<AccessUnitInspector> make_access_unit_inspector(std::string_view media, std::string_view encoding_name);

}  // namespace rtspcore::rtp

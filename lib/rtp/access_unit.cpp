// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/access_unit.h"

#include <glib.h>

#include <array>
#include <string>

#include "rtp/access_unit_codecs.h"

namespace rtspcore::rtp {

namespace {

enum class Marker : uint8_t { EndsUnit, MeansOtherThings };

// Every unit stands for itself. Pictures among them are droppable; sound and data are not: a gap in sound is heard, and
// an event is lost for ever.
class IndependentUnitInspector final : public AccessUnitInspector {
public:
    IndependentUnitInspector(Marker marker, bool droppable) : marker_(marker), droppable_(droppable) {}
    void add(const PacketView &) override {}
    AccessUnitTraits finish() override { return {.key = true, .droppable = droppable_}; }
    [[nodiscard]] bool has_key_frames() const override { return false; }
    [[nodiscard]] bool marker_ends_unit() const override { return marker_ == Marker::EndsUnit; }

private:
    const Marker marker_;
    const bool droppable_;
};

struct DependentEncoding {
    std::string_view name;
    std::unique_ptr<AccessUnitInspector> (*make)();
};

constexpr std::array kDependent{
    DependentEncoding{"H264", make_h264_inspector},
    DependentEncoding{"H265", make_h265_inspector},
    DependentEncoding{"VP8", make_vp8_inspector},
    DependentEncoding{"VP9", make_vp9_inspector},
    DependentEncoding{"AV1", make_av1_inspector},
    DependentEncoding{"MP4V-ES", make_mpeg4_inspector},
    DependentEncoding{"MPV", make_mpeg2_inspector},
    DependentEncoding{"H263", make_h263_inspector},
    DependentEncoding{"H263-1998", make_h263_plus_inspector},
    DependentEncoding{"H263-2000", make_h263_plus_inspector},
    // Names that GStreamer's payloaders gave before the payload formats were registered.
    DependentEncoding{"VP8-DRAFT-IETF-01", make_vp8_inspector},
    DependentEncoding{"VP9-DRAFT-IETF-01", make_vp9_inspector},
};

struct IndependentEncoding {
    std::string_view name;
    Marker marker;
    bool droppable;
};

constexpr std::array kIndependent{
    IndependentEncoding{"JPEG", Marker::EndsUnit, true},      // RFC 2435 section 3
    IndependentEncoding{"JPEG2000", Marker::EndsUnit, true},  // RFC 5371 section 4
    IndependentEncoding{"RAW", Marker::EndsUnit, true},       // RFC 4175 section 4.2
    IndependentEncoding{"MP2T", Marker::MeansOtherThings,
                        false},  // RFC 2250 section 2: a discontinuity of the time stamp
    IndependentEncoding{"MP2P", Marker::MeansOtherThings, false},
    IndependentEncoding{"MP1S", Marker::MeansOtherThings, false},
    IndependentEncoding{"MP4A-LATM", Marker::EndsUnit, false},           // RFC 6416 section 6.1
    IndependentEncoding{"MPEG4-GENERIC", Marker::EndsUnit, false},       // RFC 3640 section 3.1
    IndependentEncoding{"AC3", Marker::EndsUnit, false},                 // RFC 4184 section 4.1
    IndependentEncoding{"EAC3", Marker::EndsUnit, false},                // RFC 4598 section 4.1
    IndependentEncoding{"SMPTE336M", Marker::EndsUnit, false},           // RFC 6597 section 4.2
    IndependentEncoding{"SMPTE291", Marker::EndsUnit, false},            // RFC 8331 section 2
    IndependentEncoding{"VND.ONVIF.METADATA", Marker::EndsUnit, false},  // ONVIF streaming specification section 5.2.1
    IndependentEncoding{"X-GST", Marker::EndsUnit, false},               // rtpgstpay, of any medium
};

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && g_ascii_strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::unique_ptr<AccessUnitInspector> make_access_unit_inspector(std::string_view media,
                                                                std::string_view encoding_name) {
    for (const auto &encoding : kDependent)
        if (equals_ignoring_case(encoding.name, encoding_name))
            return encoding.make();
    for (const auto &encoding : kIndependent)
        if (equals_ignoring_case(encoding.name, encoding_name))
            return std::make_unique<IndependentUnitInspector>(encoding.marker, encoding.droppable);
    // RFC 3551 section 5: in a video format the marker is the end of a frame unless it says otherwise; in audio it is
    // the begin of a talkspurt (section 4.1).
    const bool video = equals_ignoring_case(media, "video");
    return std::make_unique<IndependentUnitInspector>(video ? Marker::EndsUnit : Marker::MeansOtherThings, false);
}

}  // namespace rtspcore::rtp

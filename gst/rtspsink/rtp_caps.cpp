// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp_caps.h"

#include <gst/rtp/rtp.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace rtspsink {

namespace {

// What a decoder learns from the stream itself, or never needs: parameter sets travel before each key frame, sizes and
// rates within them. For everything else (clock rate, channels, the AudioSpecificConfig of AAC...) the SDP is the only
// source.
constexpr std::string_view kToldInBand[] = {"sprop-parameter-sets",
                                            "sprop-vps",
                                            "sprop-sps",
                                            "sprop-pps",
                                            "profile-level-id",
                                            "profile-id",
                                            "profile-space",
                                            "tier-flag",
                                            "level-id",
                                            "interop-constraints",
                                            "profile-compatibility-indicator",
                                            "packetization-mode",
                                            "profile",
                                            "level",
                                            "framerate",
                                            "a-framerate",
                                            "framesize",
                                            "width",
                                            "height",
                                            "x-dimensions",
                                            "timestamp-offset",
                                            "seqnum-offset",
                                            "clock-base",
                                            "seqnum-base"};

bool is_told_in_band(const GstStructure *structure, std::string_view field) {
    if (std::find(std::begin(kToldInBand), std::end(kToldInBand), field) != std::end(kToldInBand))
        return true;
    // An MP4V-ES stream carries its configuration (rtpmp4vpay config-interval=-1), MP4A-LATM does not.
    const char *encoding = gst_structure_get_string(structure, "encoding-name");
    return field == "config" && encoding && g_ascii_strcasecmp(encoding, "MP4V-ES") == 0;
}

struct Comparison {
    const GstStructure *one;
    const GstStructure *other;
};

// Every field of `one` that matters is the same in `other`.
bool covers(const GstStructure *one, const GstStructure *other) {
    Comparison comparison{one, other};
    return gst_structure_foreach(
        one,
        [](GQuark field, const GValue *value, gpointer user_data) -> gboolean {
            const auto &pair = *static_cast<Comparison *>(user_data);
            if (is_told_in_band(pair.one, g_quark_to_string(field)))
                return TRUE;
            const GValue *counterpart = gst_structure_id_get_value(pair.other, field);
            return counterpart && gst_value_compare(value, counterpart) == GST_VALUE_EQUAL;
        },
        &comparison);
}

void complete_from_static_type(GstStructure *structure, int type) {
    const GstRTPPayloadInfo *info = gst_rtp_payload_info_for_pt(static_cast<guint8>(type));
    if (!info)
        return;
    if (!gst_structure_has_field(structure, "media"))
        gst_structure_set(structure, "media", G_TYPE_STRING, info->media, nullptr);
    if (!gst_structure_has_field(structure, "encoding-name"))
        gst_structure_set(structure, "encoding-name", G_TYPE_STRING, info->encoding_name, nullptr);
    if (!gst_structure_has_field(structure, "clock-rate") && info->clock_rate > 0)
        gst_structure_set(structure, "clock-rate", G_TYPE_INT, static_cast<int>(info->clock_rate), nullptr);
}

}  // namespace

RtpEncoding rtp_encoding(const GstCaps *caps) {
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    const char *media = gst_structure_get_string(structure, "media");
    const char *name = gst_structure_get_string(structure, "encoding-name");
    return {media ? media : "", name ? name : ""};
}

int payload_type(const GstCaps *caps) {
    int type = -1;
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "payload", &type);
    return type;
}

Outcome<Ref<GstCaps>> track_caps(const GstCaps *caps) {
    auto complete = Ref<GstCaps>::adopt(gst_caps_copy(caps));
    GstStructure *structure = gst_caps_get_structure(complete.get(), 0);
    gst_structure_remove_field(structure, "mapping");
    const int type = payload_type(complete.get());
    if (type >= 0 && type <= 127)
        complete_from_static_type(structure, type);
    int clock_rate = 0;
    gst_structure_get_int(structure, "clock-rate", &clock_rate);
    const RtpEncoding encoding = rtp_encoding(complete.get());
    if (type < 0 || type > 127 || clock_rate <= 0 || encoding.media.empty() || encoding.name.empty())
        return refuse(rtp_caps_incomplete(caps));
    return complete;
}

bool continues(const GstCaps *old_caps, const GstCaps *new_caps) {
    const GstStructure *one = gst_caps_get_structure(old_caps, 0);
    const GstStructure *other = gst_caps_get_structure(new_caps, 0);
    return covers(one, other) && covers(other, one);
}

}  // namespace rtspsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream_caps.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <string_view>

namespace rtspproxy {

namespace {

using rtspcore::Ref;

constexpr const char *kRtp = "application/x-rtp";
// What gst_sdp_media_get_caps_from_media() calls it, and rtspsrc with it until it has set the stream up.
constexpr const char *kOfDescription = "application/x-unknown";

constexpr std::string_view kOfTheSession[] = {"ssrc",       "clock-base", "seqnum-base", "npt-start", "npt-stop",
                                              "play-speed", "play-scale", "onvif-mode",  "mki",       "roc"};
// Feedback ends here: viewers send theirs to whoever serves them.
constexpr std::string_view kPrefixesOfTheSession[] = {"a-", "ssrc-", "srtp-", "srtcp-", "rtcp-fb-"};
// Attributes that payloads are described by.
constexpr std::string_view kDescribing[] = {"a-framerate"};

bool lasts(std::string_view field) {
    const auto begins = [&](std::string_view prefix) { return field.substr(0, prefix.size()) == prefix; };
    if (std::find(std::begin(kDescribing), std::end(kDescribing), field) != std::end(kDescribing))
        return true;
    return std::find(std::begin(kOfTheSession), std::end(kOfTheSession), field) == std::end(kOfTheSession) &&
           std::none_of(std::begin(kPrefixesOfTheSession), std::end(kPrefixesOfTheSession), begins);
}

gboolean keep_lasting(GQuark field, GValue *, gpointer) {
    return lasts(g_quark_to_string(field));
}

}  // namespace

Ref<GstCaps> lasting_caps(const GstCaps *caps) {
    auto copy = Ref<GstCaps>::adopt(gst_caps_copy(caps));
    if (gst_caps_get_size(copy.get()) == 0)
        return copy;
    GstStructure *structure = gst_caps_get_structure(copy.get(), 0);
    gst_structure_set_name(structure, kRtp);
    gst_structure_filter_and_map_in_place(structure, keep_lasting, nullptr);
    return copy;
}

std::string medium_of(const GstCaps *caps) {
    if (gst_caps_get_size(caps) == 0)
        return {};
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    const char *medium = gst_structure_get_string(structure, "media");
    const bool is_rtp = gst_structure_has_name(structure, kRtp) || gst_structure_has_name(structure, kOfDescription);
    return is_rtp && medium ? medium : "";
}

static Ref<GstCaps> caps_of(const GstSDPMessage *description, const GstSDPMedia *media) {
    const char *protocol = gst_sdp_media_get_proto(media);
    const std::string_view format = gst_sdp_media_formats_len(media) > 0 ? gst_sdp_media_get_format(media, 0) : "";
    int type = -1;
    std::from_chars(format.data(), format.data() + format.size(), type);
    if (type < 0 || !protocol || !g_str_has_prefix(protocol, "RTP/"))
        return {};
    auto caps = Ref<GstCaps>::adopt(gst_sdp_media_get_caps_from_media(media, type));
    if (!caps)
        return {};
    gst_sdp_message_attributes_to_caps(description, caps.get());
    gst_sdp_media_attributes_to_caps(media, caps.get());
    return caps;
}

std::vector<StreamDescription> streams_in(const GstSDPMessage *description) {
    std::vector<StreamDescription> streams;
    std::map<std::string, unsigned> of_medium;
    for (guint i = 0; i < gst_sdp_message_medias_len(description); ++i) {
        auto caps = caps_of(description, gst_sdp_message_get_media(description, i));
        const std::string medium = caps ? medium_of(caps.get()) : "";
        if (!medium.empty())
            streams.push_back({medium + std::to_string(of_medium[medium]++), std::move(caps)});
    }
    return streams;
}

unsigned clock_rate_of(const GstCaps *caps) {
    int rate = 0;
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "clock-rate", &rate);
    return rate > 0 ? static_cast<unsigned>(rate) : 0;
}

}  // namespace rtspproxy

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream_caps.h"

#include <algorithm>
#include <iterator>
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

unsigned clock_rate_of(const GstCaps *caps) {
    int rate = 0;
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "clock-rate", &rate);
    return rate > 0 ? static_cast<unsigned>(rate) : 0;
}

}  // namespace rtspproxy

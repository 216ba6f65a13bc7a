// SPDX-License-Identifier: LGPL-2.1-or-later
#include "formats.h"

#include <array>
#include <iterator>

namespace rtspsink {

namespace {

constexpr const char *kGood = "gst-plugins-good (gstreamer1.0-plugins-good)";
constexpr const char *kRust = "gst-plugins-rs (its plugin rsrtp)";

// Order matters to encoders that can do several: the first is taken. Parameter sets go before every key frame,
// since a viewer may join at any of them: by the parser for H.264 and H.265, whose payloaders (1.22) put them before
// every slice of it, so that decoders see a picture per slice.
constexpr Format kFormats[] = {
    {"video/x-h264", Front::Repeater, nullptr, "rtph264pay", nullptr, kGood, nullptr},
    {"video/x-h265", Front::Repeater, nullptr, "rtph265pay", nullptr, kGood, nullptr},
    {"video/x-av1", Front::Parser, nullptr, "rtpav1pay", nullptr, kRust, nullptr},
    {"video/x-vp9", Front::Nothing, nullptr, "rtpvp9pay", nullptr, kGood, nullptr},
    {"video/x-vp8", Front::Nothing, nullptr, "rtpvp8pay", nullptr, kGood, nullptr},
    {"video/mpeg, mpegversion=(int)4, systemstream=(boolean)false", Front::Parser, nullptr, "rtpmp4vpay",
     "config-interval=-1", kGood, nullptr},
    {"video/mpeg, mpegversion=(int)2, systemstream=(boolean)false", Front::Parser, nullptr, "rtpmpvpay", nullptr, kGood,
     nullptr},
    {"image/jpeg", Front::Nothing, nullptr, "rtpjpegpay", nullptr, kGood, nullptr},
    {"video/mpegts", Front::Converter, "tsparse", "rtpmp2tpay", nullptr, kGood, "systemstream"},
    {"audio/mpeg, mpegversion=(int){ 2, 4 }", Front::Parser, nullptr, "rtpmp4apay", nullptr, kGood, nullptr},
    {"audio/mpeg, mpegversion=(int)1", Front::Parser, nullptr, "rtpmpapay", nullptr, kGood, nullptr},
    {"audio/x-opus", Front::Nothing, nullptr, "rtpopuspay", nullptr, kGood, nullptr},
    {"audio/x-ac3", Front::Parser, nullptr, "rtpac3pay", nullptr, kGood, nullptr},
    {"audio/ac3", Front::Parser, nullptr, "rtpac3pay", nullptr, kGood, nullptr},
    {"audio/x-mulaw, rate=(int)8000, channels=(int)1", Front::Nothing, nullptr, "rtppcmupay", nullptr, kGood, nullptr},
    {"audio/x-alaw, rate=(int)8000, channels=(int)1", Front::Nothing, nullptr, "rtppcmapay", nullptr, kGood, nullptr},
    {"audio/G722, rate=(int)16000, channels=(int)1", Front::Nothing, nullptr, "rtpg722pay", nullptr, kGood, nullptr},
    {"audio/x-adpcm, layout=(string)g726, rate=(int)8000, channels=(int)1", Front::Nothing, nullptr, "rtpg726pay",
     nullptr, kGood, nullptr},
    {"audio/x-raw, format=(string)S16BE", Front::Converter, "audioconvert", "rtpL16pay", nullptr, kGood, nullptr},
    {"audio/x-raw, format=(string){ S24BE, S24LE, S24_32BE, S24_32LE, S32BE, S32LE }", Front::Converter, "audioconvert",
     "rtpL24pay", nullptr, kGood, nullptr},
    {"audio/x-raw", Front::Converter, "audioconvert", "rtpL16pay", nullptr, kGood, nullptr},
    {"meta/x-klv", Front::Nothing, nullptr, "rtpklvpay", nullptr, kGood, "parsed"},
    {"application/x-rtp", Front::Nothing, nullptr, nullptr, nullptr, nullptr, nullptr},
};

// What every decoder can do, hardware and browsers included. Encoders take it where they are free to; otherwise those
// of software make 4:4:4 or 4:2:2, at several times the cost, of a source that happens to offer it.
constexpr const char *kPreferred[] = {
    "video/x-h264, profile=(string){ high, progressive-high, constrained-high, main, constrained-baseline, baseline }",
    "video/x-h265, profile=(string)main",
    "video/x-vp9, profile=(string)0",
    "video/x-av1, profile=(string)main",
};

// What is refused, but not before its caps come: the error can then tell what to do, which a failed link could not.
struct Refusal {
    const char *caps;
    const char *advice;
};

constexpr Refusal kRefusals[] = {
    {"video/x-raw", "Put an encoder in front, such as x264enc tune=zerolatency."},
    {"audio/x-mulaw; audio/x-alaw; audio/x-adpcm, layout=(string)g726",
     "It has to be 8000 Hz mono: put audioresample ! audioconvert ! audio/x-raw,rate=8000,channels=1 before the "
     "encoder."},
    {"audio/G722",
     "It has to be 16000 Hz mono: put audioresample ! audioconvert ! audio/x-raw,rate=16000,channels=1 before the "
     "encoder."},
};

struct ParsedFormat {
    const Format *format;
    GstCaps *caps;
};

std::span<const ParsedFormat> parsed_formats() {
    static const auto parsed = [] {
        std::array<ParsedFormat, std::size(kFormats)> formats{};
        for (size_t i = 0; i < formats.size(); ++i)
            formats[i] = {&kFormats[i], gst_caps_from_string(kFormats[i].caps)};
        for (const ParsedFormat &entry : formats)
            GST_MINI_OBJECT_FLAG_SET(entry.caps, GST_MINI_OBJECT_FLAG_MAY_BE_LEAKED);
        return formats;
    }();
    return parsed;
}

GstCaps *keep_for_ever(GstCaps *caps) {
    GST_MINI_OBJECT_FLAG_SET(caps, GST_MINI_OBJECT_FLAG_MAY_BE_LEAKED);
    return caps;
}

}  // namespace

const Format *find_format(const GstCaps *caps) {
    for (const ParsedFormat &entry : parsed_formats())
        if (gst_caps_can_intersect(caps, entry.caps))
            return entry.format;
    return nullptr;
}

const char *advice_for(const GstCaps *caps) {
    for (const Refusal &refusal : kRefusals)
        if (gst_caps_can_intersect(caps, Ref<GstCaps>::adopt(gst_caps_from_string(refusal.caps)).get()))
            return refusal.advice;
    return "Put an encoder or a demuxer in front, or a payloader of your own.";
}

GstCaps *supported_caps() {
    static GstCaps *const caps = [] {
        GstCaps *all = gst_caps_new_empty();
        for (const ParsedFormat &entry : parsed_formats())
            gst_caps_append(all, gst_caps_copy(entry.caps));
        return keep_for_ever(all);
    }();
    return caps;
}

// The same media, but restricted where there is a preference.
static GstCaps *preferred_caps() {
    static GstCaps *const caps = [] {
        GstCaps *all = gst_caps_new_empty();
        for (const char *preferred : kPreferred)
            gst_caps_append(all, gst_caps_from_string(preferred));
        for (const ParsedFormat &entry : parsed_formats())
            if (!gst_caps_can_intersect(all, entry.caps))
                gst_caps_append(all, gst_caps_copy(entry.caps));
        return keep_for_ever(all);
    }();
    return caps;
}

GstCaps *template_caps() {
    static GstCaps *const caps = [] {
        GstCaps *all = gst_caps_copy(supported_caps());
        for (const Refusal &refusal : kRefusals)
            gst_caps_append(all, gst_caps_from_string(refusal.caps));
        return keep_for_ever(all);
    }();
    return caps;
}

// Only encoders do: caps of those who do not, such as cameras, would get a profile that may not be theirs.
static bool tells_profile(const GstCaps *caps) {
    for (guint i = 0; i < gst_caps_get_size(caps); ++i)
        if (gst_structure_has_field(gst_caps_get_structure(caps, i), "profile"))
            return true;
    return false;
}

Ref<GstCaps> offered_caps(GstCaps *filter, bool linked) {
    if (!filter)
        return Ref<GstCaps>::share(linked ? supported_caps() : template_caps());
    GstCaps *wanted = tells_profile(filter) ? preferred_caps() : supported_caps();
    for (GstCaps *caps : {wanted, supported_caps(), template_caps()}) {
        auto common = Ref<GstCaps>::adopt(gst_caps_intersect_full(filter, caps, GST_CAPS_INTERSECT_FIRST));
        if (!gst_caps_is_empty(common.get()))
            return common;
    }
    return Ref<GstCaps>::adopt(gst_caps_new_empty());
}

}  // namespace rtspsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "formats.h"

#include <string_view>

namespace recordsink {

using rtspcore::Failure;
using rtspcore::Ref;

namespace {

struct Medium {
    Route::Kind kind;
    const char *caps;
    const char *parser;  // null: there is none, or none is needed
    const char *package;
};

constexpr const char *kBad = "gst-plugins-bad";
constexpr const char *kGood = "gst-plugins-good";

constexpr Medium kMedia[] = {
    {Route::Kind::Video, "video/x-h264", "h264parse", kBad},
    {Route::Kind::Video, "video/x-h265", "h265parse", kBad},
    {Route::Kind::Video, "video/x-av1", "av1parse", kBad},
    {Route::Kind::Video, "video/x-vp9", "vp9parse", kBad},
    {Route::Kind::Video, "video/x-vp8", nullptr, nullptr},
    {Route::Kind::Video, "video/mpeg,mpegversion=4", "mpeg4videoparse", kBad},
    {Route::Kind::Video, "video/mpeg,mpegversion={1,2},systemstream=false", "mpegvideoparse", kBad},
    {Route::Kind::Video, "image/jpeg", nullptr, nullptr},
    {Route::Kind::Audio, "audio/mpeg,mpegversion={2,4}", "aacparse", kGood},
    {Route::Kind::Audio, "audio/mpeg,mpegversion=1", "mpegaudioparse", kGood},
    {Route::Kind::Audio, "audio/x-opus", nullptr, nullptr},
    {Route::Kind::Audio, "audio/x-ac3", "ac3parse", kGood},
    {Route::Kind::Audio, "audio/x-flac", "flacparse", kGood},
    {Route::Kind::Audio, "audio/x-alaw", nullptr, nullptr},
    {Route::Kind::Audio, "audio/x-mulaw", nullptr, nullptr},
    {Route::Kind::Text, "text/x-raw,format=utf8", nullptr, nullptr},
    {Route::Kind::Data, "meta/x-klv,parsed=true", nullptr, nullptr},
};
constexpr const char *kRaw = "video/x-raw; video/x-raw(ANY); audio/x-raw; video/x-bayer";

Ref<GstCaps> caps_of(const char *text) {
    return Ref<GstCaps>::adopt(gst_caps_from_string(text));
}

const Medium *find_medium(const GstCaps *caps) {
    for (const Medium &medium : kMedia)
        if (gst_caps_can_intersect(caps_of(medium.caps).get(), caps))
            return &medium;
    return nullptr;
}

// The header that mp4mux (1.22) writes for AC-3 in fragments is longer than what is there: no player finds any track.
bool is_spoiled(GstCaps *medium, Format format) {
    return format == Format::Mp4 && gst_caps_can_intersect(medium, caps_of("audio/x-ac3").get());
}

// What of a medium the muxer takes; empty if it does not.
Ref<GstCaps> taken_by(GstElementFactory *muxer, Format format, GstCaps *medium) {
    auto taken = Ref<GstCaps>::adopt(gst_caps_new_empty());
    if (is_spoiled(medium, format))
        return taken;
    for (const GList *item = gst_element_factory_get_static_pad_templates(muxer); item; item = item->next) {
        auto *pad = static_cast<GstStaticPadTemplate *>(item->data);
        if (pad->direction != GST_PAD_SINK)
            continue;
        const auto caps = Ref<GstCaps>::adopt(gst_static_caps_get(&pad->static_caps));
        GstCaps *common = gst_caps_intersect(caps.get(), medium);
        taken = Ref<GstCaps>::adopt(gst_caps_merge(taken.release(), common));
    }
    return taken;
}

std::string name_of(const GstCaps *caps) {
    return gst_structure_get_name(gst_caps_get_structure(caps, 0));
}

Ref<GstElementFactory> find_factory(const char *name) {
    return Ref<GstElementFactory>::adopt(gst_element_factory_find(name));
}

// ", or another format, ...", if there is one.
std::string advice(const GstCaps *caps) {
    const auto copy = Ref<GstCaps>::adopt(gst_caps_copy(caps));
    for (const Format other : {Format::Mkv, Format::Ts, Format::Mp4}) {
        const auto muxer = find_factory(muxer_of(other));
        if (muxer && find_medium(caps) && !gst_caps_is_empty(taken_by(muxer.get(), other, copy.get()).get()))
            return ", or another format, such as format=" + std::string(nick(other));
    }
    return {};
}

Failure<ErrorCode> refused(const GstCaps *caps, Format format) {
    const ErrorCode code{GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE};
    const std::string name = name_of(caps);
    if (name == "video/x-raw" || name == "video/x-bayer")
        return {code, name + " would fill the disk. Put an encoder in front, such as x264enc."};
    if (name == "audio/x-raw")
        return {code, name + " is not recorded. Put an encoder in front, such as avenc_aac or opusenc."};
    return {code, "Files of format=" + std::string(nick(format)) + " do not take " + name + ". Use another codec" +
                      advice(caps) + "."};
}

Failure<ErrorCode> missing(const std::string &factory, const char *package) {
    return {{GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN},
            "No element '" + factory + "' is installed. Install " + package + "."};
}

}  // namespace

const char *muxer_of(Format format) {
    return format == Format::Mp4 ? "mp4mux" : format == Format::Ts ? "mpegtsmux" : "matroskamux";
}

const char *nick(Format format) {
    return format == Format::Mp4 ? "mp4" : format == Format::Ts ? "ts" : "mkv";
}

GstCaps *offered_caps() {
    GstCaps *caps = gst_caps_new_empty();
    for (const Medium &medium : kMedia)
        caps = gst_caps_merge(caps, gst_caps_from_string(medium.caps));
    return gst_caps_merge(caps, gst_caps_from_string(kRaw));
}

Outcome<Route> find_route(const GstCaps *caps, Format format) {
    const Medium *medium = find_medium(caps);
    const auto muxer = find_factory(muxer_of(format));
    if (!muxer)
        return missing(muxer_of(format), format == Format::Ts ? kBad : kGood);
    if (!medium)
        return refused(caps, format);
    Route route;
    const auto copy = Ref<GstCaps>::adopt(gst_caps_copy(caps));
    const auto parsed = caps_of(medium->caps);
    // After the parser its details may be others: what counts is the medium.
    route.wanted = taken_by(muxer.get(), format, medium->parser ? parsed.get() : copy.get());
    if (gst_caps_is_empty(route.wanted.get()))
        return refused(caps, format);
    route.kind = medium->kind;
    if (!medium->parser)
        return route;
    if (!find_factory(medium->parser))
        return missing(medium->parser, medium->package);
    route.parser = medium->parser;
    return route;
}

}  // namespace recordsink

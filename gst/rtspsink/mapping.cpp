// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mapping.h"

#include <memory>

#include "rtsp/request_target.h"

namespace rtspsink {

namespace {

constexpr const char *kField = "mapping";
constexpr int kMostElements = 16;

// The pad of the element that really feeds `pad`, through the walls of bins.
Ref<GstPad> feeding_pad(GstPad *pad) {
    auto peer = Ref<GstPad>::adopt(gst_pad_get_peer(pad));
    while (peer && GST_IS_GHOST_PAD(peer.get()))
        peer = Ref<GstPad>::adopt(gst_ghost_pad_get_target(GST_GHOST_PAD(peer.get())));
    // The inner side of a bin's sink pad: go on outside.
    if (peer && GST_IS_PROXY_PAD(peer.get())) {
        const auto outer = Ref<GstProxyPad>::adopt(gst_proxy_pad_get_internal(GST_PROXY_PAD(peer.get())));
        return outer ? feeding_pad(GST_PAD(outer.get())) : Ref<GstPad>();
    }
    return peer;
}

// The sink pad of an element that has no other.
Ref<GstPad> only_sink_pad(GstElement *element) {
    GST_OBJECT_LOCK(element);
    auto pad = element->numsinkpads == 1 ? Ref<GstPad>::share(GST_PAD(element->sinkpads->data)) : Ref<GstPad>();
    GST_OBJECT_UNLOCK(element);
    return pad;
}

}  // namespace

Outcome<std::optional<std::string>> mapping_field(const GstCaps *caps) {
    const GValue *value = gst_structure_get_value(gst_caps_get_structure(caps, 0), kField);
    if (!value)
        return std::optional<std::string>();
    if (G_VALUE_HOLDS_STRING(value))
        return std::optional<std::string>(g_value_get_string(value));
    const std::unique_ptr<gchar, decltype(&g_free)> text(gst_value_serialize(value), g_free);
    return refuse(bad_mapping("caps field 'mapping'", text ? text.get() : "", "it is no string"));
}

Ref<GstCaps> without_mapping(GstCaps *caps) {
    if (!gst_structure_has_field(gst_caps_get_structure(caps, 0), kField))
        return Ref<GstCaps>::share(caps);
    auto copy = Ref<GstCaps>::adopt(gst_caps_copy(caps));
    gst_structure_remove_field(gst_caps_get_structure(copy.get(), 0), kField);
    return copy;
}

// Of the first element, from `pad` upwards, for whose source and sink pads `caps_of` finds caps with a mapping.
template <typename CapsOf>
static std::optional<std::string> find_upstream(GstPad *pad, const CapsOf &caps_of) {
    auto sink = Ref<GstPad>::share(pad);
    for (int i = 0; i < kMostElements && sink; ++i) {
        const auto feeder = feeding_pad(sink.get());
        const auto element =
            feeder ? Ref<GstElement>::adopt(gst_pad_get_parent_element(feeder.get())) : Ref<GstElement>();
        if (!element)
            break;
        sink = only_sink_pad(element.get());
        const Ref<GstCaps> caps = caps_of(feeder.get(), sink.get());
        if (!caps || gst_caps_is_any(caps.get()) || gst_caps_is_empty(caps.get()))
            continue;
        if (auto mapping = mapping_field(caps.get()); mapping && *mapping)
            return *mapping;
    }
    return std::nullopt;
}

std::optional<std::string> upstream_mapping(GstPad *pad) {
    return find_upstream(pad, [](GstPad *, GstPad *sink) {
        return sink ? Ref<GstCaps>::adopt(gst_pad_get_current_caps(sink)) : Ref<GstCaps>();
    });
}

std::optional<std::string> mapping_to_come(GstPad *pad) {
    return find_upstream(
        pad, [](GstPad *source, GstPad *) { return Ref<GstCaps>::adopt(gst_pad_query_caps(source, nullptr)); });
}

Outcome<std::string> path_of(const std::string &text, const char *source) {
    // Taken for a path it would be served as "/rtsp:/camera/stream1".
    if (text.find("://") != std::string::npos)
        return refuse(bad_mapping(source, text, "it is a whole URL"));
    auto path = rtspcore::rtsp::normalize_mapping(text);
    if (!path)
        return refuse(bad_mapping(source, text, path.error().message));
    return *path;
}

}  // namespace rtspsink

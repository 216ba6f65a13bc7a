// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstrtspsinkpad.h"

#include "stream.h"

using rtspsink::Stream;
using rtspsink::SyncMode;

struct _GstRtspSinkPad {
    GstGhostPad parent;
    Stream *impl;
};

G_DEFINE_TYPE(GstRtspSinkPad, gst_rtsp_sink_pad, GST_TYPE_GHOST_PAD)

enum {
    PROP_0,
    PROP_MAPPING,
    PROP_SYNC,
    PROP_PAYLOADER,
    PROP_PAYLOAD_TYPE,
    PROP_MULTICAST_IP,
    PROP_MULTICAST_PORT,
    PROP_AUTH,
    PROP_MAX_LATENESS,
    PROP_MAX_BUFFERS,
    PROP_DROP,
    PROP_STATS,
};

static Stream &impl(gpointer pad) {
    return *GST_RTSP_SINK_PAD(pad)->impl;
}

static gboolean gst_rtsp_sink_pad_event(GstPad *pad, GstObject *parent, GstEvent *event) {
    return impl(pad).take_event(parent, event);
}

static GstFlowReturn gst_rtsp_sink_pad_chain(GstPad *pad, GstObject *parent, GstBuffer *buffer) {
    return impl(pad).take_buffer(parent, buffer);
}

static GstFlowReturn gst_rtsp_sink_pad_chain_list(GstPad *pad, GstObject *parent, GstBufferList *list) {
    return impl(pad).take_list(parent, list);
}

static gboolean gst_rtsp_sink_pad_query(GstPad *pad, GstObject *parent, GstQuery *query) {
    return impl(pad).answer(query) || gst_pad_query_default(pad, parent, query);
}

static const char *text_or_null(const std::string &text) {
    return text.empty() ? nullptr : text.c_str();
}

static std::string text(const GValue *value) {
    const char *string = g_value_get_string(value);
    return string ? string : "";
}

static void take_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec) {
    switch (id) {
        case PROP_MAPPING:
            impl(object).set_mapping(text(value));
            break;
        case PROP_SYNC:
            impl(object).set_sync(static_cast<SyncMode>(g_value_get_enum(value)));
            break;
        case PROP_PAYLOADER:
            impl(object).set_payloader(text(value));
            break;
        case PROP_PAYLOAD_TYPE:
            impl(object).set_payload_type(g_value_get_int(value));
            break;
        case PROP_MULTICAST_IP:
            impl(object).set_multicast_ip(text(value));
            break;
        case PROP_MULTICAST_PORT:
            impl(object).set_multicast_port(static_cast<uint16_t>(g_value_get_uint(value)));
            break;
        case PROP_AUTH:
            impl(object).set_auth(g_value_get_string(value) ? std::optional(text(value)) : std::nullopt);
            break;
        case PROP_MAX_LATENESS:
        case PROP_MAX_BUFFERS:
        case PROP_DROP:
            impl(object).set_without_meaning(g_param_spec_get_name(pspec));
            break;
        default:
            G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
}

static void gst_rtsp_sink_pad_set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec) {
    take_property(object, id, value, pspec);
    if ((pspec->flags & GST_PARAM_MUTABLE_PLAYING) == 0)
        impl(object).warn_if_late(pspec->name);
}

static void gst_rtsp_sink_pad_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec) {
    switch (id) {
        case PROP_MAPPING:
            g_value_set_string(value, text_or_null(impl(object).settings().mapping));
            break;
        case PROP_SYNC:
            g_value_set_enum(value, static_cast<int>(impl(object).settings().sync));
            break;
        case PROP_PAYLOADER:
            g_value_set_string(value, text_or_null(impl(object).settings().payloader));
            break;
        case PROP_PAYLOAD_TYPE:
            g_value_set_int(value, impl(object).settings().payload_type);
            break;
        case PROP_MULTICAST_IP:
            g_value_set_string(value, text_or_null(impl(object).settings().group.address));
            break;
        case PROP_MULTICAST_PORT:
            g_value_set_uint(value, impl(object).settings().group.port);
            break;
        case PROP_MAX_LATENESS:
        case PROP_MAX_BUFFERS:
        case PROP_DROP:
            g_param_value_set_default(pspec, value);
            break;
        case PROP_STATS:
            g_value_take_boxed(value, impl(object).statistics());
            break;
        default:
            G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
}

static void gst_rtsp_sink_pad_finalize(GObject *object) {
    delete GST_RTSP_SINK_PAD(object)->impl;
    G_OBJECT_CLASS(gst_rtsp_sink_pad_parent_class)->finalize(object);
}

static void install_stream_properties(GObjectClass *klass, GParamFlags flags) {
    g_object_class_install_property(
        klass, PROP_MAPPING,
        g_param_spec_string("mapping", "Mapping",
                            "Path of this stream (unset: by the caps field 'mapping', else by the element's property). "
                            "Set before caps arrive",
                            nullptr, flags));
    g_object_class_install_property(
        klass, PROP_SYNC,
        g_param_spec_enum("sync", "Sync", "Whether packets leave when the pipeline clock says so. Set at any time",
                          rtspsink::sync_mode_type(), static_cast<int>(SyncMode::Auto),
                          static_cast<GParamFlags>(flags | GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_PAYLOADER,
        g_param_spec_string("payloader", "Payloader",
                            "Factory name of the payloader, rtpmp4gpay for example (unset: found by caps). Set before "
                            "caps arrive",
                            nullptr, flags));
    g_object_class_install_property(
        klass, PROP_PAYLOAD_TYPE,
        g_param_spec_int("payload-type", "Payload type",
                         "RTP payload type (-1: the static one of the medium, else the first from 96 that is free in "
                         "the mapping). Set before caps arrive",
                         -1, 127, -1, flags));
    // Not readable, as that of the element.
    g_object_class_install_property(
        klass, PROP_AUTH,
        g_param_spec_string(
            "auth", "Auth",
            "Who may view the mapping of this stream, instead of the element's 'auth': "
            "user:password[,user:password...]. Not readable. Set at any time",
            nullptr, static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)));
}

static void install_group_properties(GObjectClass *klass, GParamFlags flags) {
    g_object_class_install_property(
        klass, PROP_MULTICAST_IP,
        g_param_spec_string("multicast-ip", "Multicast group",
                            "Group of this stream by multicast (unset: one of the element's range). Set before caps "
                            "arrive",
                            nullptr, flags));
    g_object_class_install_property(
        klass, PROP_MULTICAST_PORT,
        g_param_spec_uint("multicast-port", "Multicast port",
                          "Port of RTP in the group of multicast-ip (0: the lowest of the element's range). Set before "
                          "caps arrive",
                          0, 65535, 0, flags));
}

// Known from appsink, whose queue viewers do not have here.
static void install_properties_without_meaning(GObjectClass *klass, GParamFlags flags) {
    g_object_class_install_property(
        klass, PROP_MAX_LATENESS,
        g_param_spec_int64("max-lateness", "Max lateness", "Accepted with a warning, without effect", -1, G_MAXINT64,
                           -1, flags));
    g_object_class_install_property(
        klass, PROP_MAX_BUFFERS,
        g_param_spec_uint("max-buffers", "Max buffers",
                          "Accepted with a warning, without effect: viewers have no queue", 0, G_MAXUINT, 0, flags));
    g_object_class_install_property(
        klass, PROP_DROP,
        g_param_spec_boolean("drop", "Drop",
                             "Accepted with a warning, without effect: see the element's property slow-viewers", FALSE,
                             flags));
}

static void gst_rtsp_sink_pad_class_init(GstRtspSinkPadClass *klass) {
    auto *object_class = G_OBJECT_CLASS(klass);
    object_class->set_property = gst_rtsp_sink_pad_set_property;
    object_class->get_property = gst_rtsp_sink_pad_get_property;
    object_class->finalize = gst_rtsp_sink_pad_finalize;
    const auto flags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
    install_stream_properties(object_class, flags);
    install_group_properties(object_class, flags);
    install_properties_without_meaning(object_class, static_cast<GParamFlags>(flags | GST_PARAM_MUTABLE_PLAYING));
    g_object_class_install_property(
        object_class, PROP_STATS,
        g_param_spec_boxed("stats", "Statistics", "What came in: packets, bytes and the mapping they go to",
                           GST_TYPE_STRUCTURE, static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
}

static void gst_rtsp_sink_pad_init(GstRtspSinkPad *self) {
    self->impl = new Stream(GST_PAD(self));
}

GstPad *gst_rtsp_sink_pad_new(GstPadTemplate *templ, const char *name) {
    auto *pad = GST_PAD(
        g_object_new(GST_TYPE_RTSP_SINK_PAD, "name", name, "direction", GST_PAD_SINK, "template", templ, nullptr));
    gst_pad_set_event_function(pad, gst_rtsp_sink_pad_event);
    gst_pad_set_chain_function(pad, gst_rtsp_sink_pad_chain);
    gst_pad_set_chain_list_function(pad, gst_rtsp_sink_pad_chain_list);
    gst_pad_set_query_function(pad, gst_rtsp_sink_pad_query);
    return pad;
}

Stream &gst_rtsp_sink_pad_get(GstRtspSinkPad *self) {
    return *self->impl;
}

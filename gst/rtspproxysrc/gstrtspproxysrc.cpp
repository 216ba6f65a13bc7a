// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-rtspproxysrc
 * @title: rtspproxysrc
 * @short_description: a stream from an RTSP server that may come and go without the pipeline noticing
 *
 * Takes a live stream by rtspsrc, as RTP packets or, with mode=encoded, as what is in them, and keeps taking it: when
 * the camera dies, restarts, or changes its SSRC or numbering, its pads stay, their stream goes on with continuous
 * numbers, and the pipeline sees neither EOS nor an error. What happens is told by element messages named
 * `rtspproxysrc` and by the property `stats`.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 rtspproxysrc location=rtsp://127.0.0.1:8554/test ! rtspsink service=8555
 * ]|
 * Serves the first stream of a camera to any number of viewers, over one connection to it, without transcoding.
 * |[
 * gst-launch-1.0 rtspproxysrc location=rtsp://127.0.0.1:8554/test : rtspsink service=8555
 * ]|
 * The same with all its streams, picture and sound.
 */
#include "gstrtspproxysrc.h"

#include "properties.h"
#include "proxy_source.h"

using rtspproxy::ProxySource;

struct _GstRtspProxySrc {
    GstElement parent;
    ProxySource *impl;
};

static void gst_rtsp_proxy_src_uri_handler_init(gpointer iface, gpointer data);

G_DEFINE_TYPE_WITH_CODE(GstRtspProxySrc, gst_rtsp_proxy_src, GST_TYPE_ELEMENT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER, gst_rtsp_proxy_src_uri_handler_init))

static guint set_up_signal;

static ProxySource &impl(gpointer object) {
    return *GST_RTSP_PROXY_SRC(object)->impl;
}

// After those of the table, which have the ids from 1.
static guint state_id() {
    return static_cast<guint>(rtspproxy::properties().size() + 1);
}
static guint stats_id() {
    return state_id() + 1;
}

static void gst_rtsp_proxy_src_set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec) {
    const auto properties = rtspproxy::properties();
    if (id == 0 || id > properties.size()) {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
        return;
    }
    impl(object).change_settings([&](rtspproxy::Settings &settings) { properties[id - 1].set(settings, value); });
}

static void gst_rtsp_proxy_src_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec) {
    const auto properties = rtspproxy::properties();
    if (id >= 1 && id <= properties.size())
        properties[id - 1].get(impl(object).settings(), value);
    else if (id == state_id())
        g_value_set_enum(value, static_cast<int>(impl(object).state()));
    else if (id == stats_id())
        g_value_take_boxed(value, impl(object).statistics());
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static GstStateChangeReturn gst_rtsp_proxy_src_change_state(GstElement *element, GstStateChange transition) {
    return impl(element).change_state(transition, [&] {
        return GST_ELEMENT_CLASS(gst_rtsp_proxy_src_parent_class)->change_state(element, transition);
    });
}

// A source has no sink pad that events from above could come in by.
static gboolean gst_rtsp_proxy_src_send_event(GstElement *element, GstEvent *event) {
    if (GST_EVENT_TYPE(event) != GST_EVENT_EOS)
        return GST_ELEMENT_CLASS(gst_rtsp_proxy_src_parent_class)->send_event(element, event);
    gst_event_unref(event);
    return impl(element).end();
}

static void gst_rtsp_proxy_src_finalize(GObject *object) {
    delete GST_RTSP_PROXY_SRC(object)->impl;
    G_OBJECT_CLASS(gst_rtsp_proxy_src_parent_class)->finalize(object);
}

static GstURIType gst_rtsp_proxy_src_uri_get_type(GType) {
    return GST_URI_SRC;
}

static const gchar *const *gst_rtsp_proxy_src_uri_get_protocols(GType) {
    static const gchar *const kProtocols[] = {"rtspproxy", nullptr};
    return kProtocols;
}

static gchar *gst_rtsp_proxy_src_uri_get_uri(GstURIHandler *handler) {
    gchar *location = nullptr;
    g_object_get(handler, "location", &location, nullptr);
    return location;
}

static gboolean gst_rtsp_proxy_src_uri_set_uri(GstURIHandler *handler, const gchar *uri, GError **) {
    g_object_set(handler, "location", uri, nullptr);
    return TRUE;
}

static void gst_rtsp_proxy_src_uri_handler_init(gpointer iface, gpointer) {
    auto *handler = static_cast<GstURIHandlerInterface *>(iface);
    handler->get_type = gst_rtsp_proxy_src_uri_get_type;
    handler->get_protocols = gst_rtsp_proxy_src_uri_get_protocols;
    handler->get_uri = gst_rtsp_proxy_src_uri_get_uri;
    handler->set_uri = gst_rtsp_proxy_src_uri_set_uri;
}

static void install_properties(GObjectClass *klass) {
    guint id = 1;
    for (const rtspproxy::Property &property : rtspproxy::properties())
        g_object_class_install_property(klass, id++, property.spec());
    const auto readable = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
    g_object_class_install_property(
        klass, state_id(),
        g_param_spec_enum("state", "State", "What it is doing about its upstream; notified", rtspproxy::state_type(),
                          static_cast<int>(rtspproxy::State::Stopped), readable));
    g_object_class_install_property(
        klass, stats_id(),
        g_param_spec_boxed("stats", "Statistics", "State, reason, attempts, and how well packets come in",
                           GST_TYPE_STRUCTURE, readable));
}

/**
 * GstRtspProxySrc::upstream-setup:
 * @rtspproxysrc: the element
 * @rtspsrc: the new rtspsrc, not started yet
 *
 * For what an application knows better: any property of rtspsrc can be set, and any of its signals connected. Emitted
 * for each attempt, on the element's own thread.
 */
static void install_signals(GType type) {
    set_up_signal = g_signal_new("upstream-setup", type, G_SIGNAL_RUN_LAST, 0, nullptr, nullptr, nullptr, G_TYPE_NONE,
                                 1, GST_TYPE_ELEMENT);
}

static void gst_rtsp_proxy_src_class_init(GstRtspProxySrcClass *klass) {
    auto *object_class = G_OBJECT_CLASS(klass);
    object_class->set_property = gst_rtsp_proxy_src_set_property;
    object_class->get_property = gst_rtsp_proxy_src_get_property;
    object_class->finalize = gst_rtsp_proxy_src_finalize;
    install_properties(object_class);
    install_signals(G_TYPE_FROM_CLASS(klass));

    auto *element_class = GST_ELEMENT_CLASS(klass);
    element_class->change_state = gst_rtsp_proxy_src_change_state;
    element_class->send_event = gst_rtsp_proxy_src_send_event;
    static GstStaticPadTemplate src_template =
        GST_STATIC_PAD_TEMPLATE("src_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);
    gst_element_class_add_static_pad_template(element_class, &src_template);
    gst_element_class_set_static_metadata(element_class, "RTSP proxy source", "Source/Network",
                                          "Takes a stream from an RTSP server that may come and go", "gst-rtspsink");
}

static void gst_rtsp_proxy_src_init(GstRtspProxySrc *self) {
    self->impl = new ProxySource(GST_ELEMENT(self), set_up_signal);
    GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SOURCE);
}

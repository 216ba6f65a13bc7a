// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-rtspsink
 * @title: rtspsink
 * @short_description: makes the pipeline an RTSP server
 *
 * Viewers (ffplay, VLC, playbin, cameras' recorders) play what comes in, live, at rtsp://HOST:PORT/MAPPING. Each sink
 * pad is a stream; pads with the same mapping are one presentation, such as picture and sound. The mapping is the caps
 * field `mapping`, the pad's property, or else the element's property, "/test".
 *
 * Parsers and payloaders are found by the caps; what is application/x-rtp already is served as it is. A viewer that is
 * slow, stalled or gone never holds up the pipeline nor the others.
 *
 * Each pad's properties can be set on the element, also before the pad exists, as `sink_0::sync=true`;
 * `rtspsinkpad0::` and `appsink0::` name the same pad, counted in the order in which pads are made.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! x264enc tune=zerolatency key-int-max=30 ! video/x-h264,mapping=/stream1 !
 * rtspsink service=8554
 * ]|
 * Serves a test picture, to be watched with `gst-launch-1.0 playbin uri=rtsp://127.0.0.1:8554/stream1`.
 * |[
 * gst-launch-1.0 rtspsink name=sink service=8554 videotestsrc is-live=true ! x264enc tune=zerolatency ! sink.
 * audiotestsrc is-live=true ! avenc_aac ! sink.
 * ]|
 * Picture and sound in one presentation, at rtsp://127.0.0.1:8554/test.
 */
#include "gstrtspsink.h"

#include "formats.h"
#include "gstrtspsinkpad.h"
#include "properties.h"
#include "rtsp_sink.h"

using rtspsink::RtspSink;

struct _GstRtspSink {
    GstBin parent;
    RtspSink *impl;
};

static void gst_rtsp_sink_child_proxy_init(gpointer iface, gpointer data);

G_DEFINE_TYPE_WITH_CODE(GstRtspSink, gst_rtsp_sink, GST_TYPE_BIN,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_CHILD_PROXY, gst_rtsp_sink_child_proxy_init))

static GstChildProxyInterface *parent_child_proxy;
static guint authorize_signal;

static RtspSink &impl(gpointer object) {
    return *GST_RTSP_SINK(object)->impl;
}

// After those of the table, which have the ids from 1.
static guint bound_port_id() {
    return static_cast<guint>(rtspsink::properties().size() + 1);
}
static guint bound_tls_port_id() {
    return bound_port_id() + 1;
}
static guint stats_id() {
    return bound_port_id() + 2;
}

static void gst_rtsp_sink_set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec) {
    const auto properties = rtspsink::properties();
    if (id == 0 || id > properties.size()) {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
        return;
    }
    impl(object).change_settings([&](rtspsink::Settings &settings) { properties[id - 1].set(settings, value); });
    impl(object).warn_if_late(pspec);
}

static void gst_rtsp_sink_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec) {
    const auto properties = rtspsink::properties();
    if (id >= 1 && id <= properties.size())
        properties[id - 1].get(impl(object).settings(), value);
    else if (id == bound_port_id())
        g_value_set_uint(value, impl(object).bound_port());
    else if (id == bound_tls_port_id())
        g_value_set_uint(value, impl(object).bound_tls_port());
    else if (id == stats_id())
        g_value_take_boxed(value, impl(object).statistics());
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static GstStateChangeReturn gst_rtsp_sink_change_state(GstElement *element, GstStateChange transition) {
    return impl(element).change_state(
        transition, [&] { return GST_ELEMENT_CLASS(gst_rtsp_sink_parent_class)->change_state(element, transition); });
}

static GstPad *gst_rtsp_sink_request_new_pad(GstElement *element, GstPadTemplate *templ, const gchar *name,
                                             const GstCaps *) {
    return impl(element).add_pad(templ, name);
}

static void gst_rtsp_sink_release_pad(GstElement *element, GstPad *pad) {
    impl(element).remove_pad(pad);
}

static void gst_rtsp_sink_dispose(GObject *object) {
    impl(object).remove_all_pads();
    G_OBJECT_CLASS(gst_rtsp_sink_parent_class)->dispose(object);
}

static void gst_rtsp_sink_finalize(GObject *object) {
    delete GST_RTSP_SINK(object)->impl;
    G_OBJECT_CLASS(gst_rtsp_sink_parent_class)->finalize(object);
}

// Pads first, then the elements of the bin.
static GObject *gst_rtsp_sink_get_child_by_name(GstChildProxy *proxy, const gchar *name) {
    if (auto pad = impl(proxy).find_pad(name))
        return G_OBJECT(pad.release());
    return parent_child_proxy->get_child_by_name(proxy, name);
}

static GObject *gst_rtsp_sink_get_child_by_index(GstChildProxy *proxy, guint index) {
    auto pads = impl(proxy).pads();
    if (index < pads.size())
        return G_OBJECT(pads[index].release());
    return parent_child_proxy->get_child_by_index(proxy, index - static_cast<guint>(pads.size()));
}

static guint gst_rtsp_sink_get_children_count(GstChildProxy *proxy) {
    return static_cast<guint>(impl(proxy).pads().size()) + parent_child_proxy->get_children_count(proxy);
}

static void gst_rtsp_sink_child_proxy_init(gpointer iface, gpointer) {
    parent_child_proxy = static_cast<GstChildProxyInterface *>(g_type_interface_peek_parent(iface));
    auto *child_proxy = static_cast<GstChildProxyInterface *>(iface);
    child_proxy->get_child_by_name = gst_rtsp_sink_get_child_by_name;
    child_proxy->get_child_by_index = gst_rtsp_sink_get_child_by_index;
    child_proxy->get_children_count = gst_rtsp_sink_get_children_count;
}

static void install_properties(GObjectClass *klass) {
    guint id = 1;
    for (const rtspsink::Property &property : rtspsink::properties())
        g_object_class_install_property(klass, id++, property.spec());
    const auto readable = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
    g_object_class_install_property(
        klass, bound_port_id(),
        g_param_spec_uint("bound-port", "Bound port", "The port that is served, from READY on; 0 before", 0, 65535, 0,
                          readable));
    g_object_class_install_property(
        klass, bound_tls_port_id(),
        g_param_spec_uint("bound-tls-port", "Bound TLS port",
                          "The port for TLS alone that is served, from READY on; 0 before, or if there is none", 0,
                          65535, 0, readable));
    g_object_class_install_property(
        klass, stats_id(),
        g_param_spec_boxed("stats", "Statistics", "Counters of the server, and of each mapping in the list 'mounts'",
                           GST_TYPE_STRUCTURE, readable));
}

// The first handler that knows ends it.
static gboolean take_verdict(GSignalInvocationHint *, GValue *taken, const GValue *returned, gpointer) {
    g_value_copy(returned, taken);
    return g_value_get_enum(returned) == static_cast<int>(rtspsink::Verdict::Later);
}

static gboolean gst_rtsp_sink_decide(GstRtspSink *self, guint64 request, gboolean allow) {
    return impl(self).authorizer().decide(request, allow);
}

/**
 * GstRtspSink::authorize:
 * @rtspsink: the element
 * @request: what to call `decide` with
 * @details: `user`, `address`, `mapping` and `method` (DESCRIBE, or SETUP for a session), strings
 *
 * Asked for each viewer whose credentials, if any are needed, are right. Emitted on a thread of its own; only the
 * viewer that is asked about waits, and is refused after `authorize-timeout`. The change to NULL waits for handlers
 * that run, so they must not wait for the thread that makes it; after it none is called.
 *
 * Returns: allow (1), refuse (2), or later (0)
 */
/**
 * GstRtspSink::decide:
 * @rtspsink: the element
 * @request: that of `authorize`
 * @allow: whether the viewer may
 *
 * The answer of a handler that returned later. An action, for any thread.
 *
 * Returns: whether the request still waits
 */
static void install_signals(GType type) {
    authorize_signal = g_signal_new("authorize", type, G_SIGNAL_RUN_LAST, 0, take_verdict, nullptr, nullptr,
                                    rtspsink::verdict_type(), 2, G_TYPE_UINT64, GST_TYPE_STRUCTURE);
    g_signal_new_class_handler("decide", type, static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
                               G_CALLBACK(gst_rtsp_sink_decide), nullptr, nullptr, nullptr, G_TYPE_BOOLEAN, 2,
                               G_TYPE_UINT64, G_TYPE_BOOLEAN);
}

static void gst_rtsp_sink_class_init(GstRtspSinkClass *klass) {
    auto *object_class = G_OBJECT_CLASS(klass);
    object_class->set_property = gst_rtsp_sink_set_property;
    object_class->get_property = gst_rtsp_sink_get_property;
    object_class->dispose = gst_rtsp_sink_dispose;
    object_class->finalize = gst_rtsp_sink_finalize;
    install_properties(object_class);
    install_signals(G_TYPE_FROM_CLASS(klass));

    auto *element_class = GST_ELEMENT_CLASS(klass);
    element_class->change_state = gst_rtsp_sink_change_state;
    element_class->request_new_pad = gst_rtsp_sink_request_new_pad;
    element_class->release_pad = gst_rtsp_sink_release_pad;
    // A tee, which could give anything, links to a template that takes anything only. What a pad takes is told by the
    // pad.
    GstCaps *any = gst_caps_new_any();
    for (const auto &[name, caps] : {std::pair{"sink_%u", rtspsink::template_caps()}, std::pair{"sink_%d", any}})
        gst_element_class_add_pad_template(
            element_class,
            gst_pad_template_new_with_gtype(name, GST_PAD_SINK, GST_PAD_REQUEST, caps, GST_TYPE_RTSP_SINK_PAD));
    gst_caps_unref(any);
    gst_element_class_set_static_metadata(element_class, "RTSP sink", "Sink/Network/Bin",
                                          "Serves live streams to RTSP viewers: the pipeline becomes an RTSP server",
                                          "gst-rtspsink");
    gst_type_mark_as_plugin_api(GST_TYPE_RTSP_SINK_PAD, static_cast<GstPluginAPIFlags>(0));
}

static void gst_rtsp_sink_init(GstRtspSink *self) {
    self->impl = new RtspSink(GST_ELEMENT(self), authorize_signal);
    // Linked or not, with pads or without.
    gst_bin_set_suppressed_flags(GST_BIN(self),
                                 static_cast<GstElementFlags>(GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE));
    GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SINK);
}

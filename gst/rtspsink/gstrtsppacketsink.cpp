// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstrtsppacketsink.h"

struct _GstRtspPacketSink {
    GstBaseSink parent;
    rtspsink::PacketSink *impl;
};

G_DEFINE_TYPE(GstRtspPacketSink, gst_rtsp_packet_sink, GST_TYPE_BASE_SINK)

static rtspsink::PacketSink &impl(gpointer object) {
    return *GST_RTSP_PACKET_SINK(object)->impl;
}

static gboolean gst_rtsp_packet_sink_set_caps(GstBaseSink *sink, GstCaps *caps) {
    return impl(sink).take_caps(caps);
}

static gboolean gst_rtsp_packet_sink_event(GstBaseSink *sink, GstEvent *event) {
    impl(sink).take_event(event);
    return GST_BASE_SINK_CLASS(gst_rtsp_packet_sink_parent_class)->event(sink, event);
}

// Events that the application or the pipeline sends to the element, on their way upstream.
static gboolean gst_rtsp_packet_sink_send_event(GstElement *element, GstEvent *event) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_LATENCY)
        impl(element).upstream_changed();
    return GST_ELEMENT_CLASS(gst_rtsp_packet_sink_parent_class)->send_event(element, event);
}

// Packets are paced in the order in which they are sent, which with B-frames is that of decoding. There is no end: what
// begins before the segment may still be needed by what comes after.
static void gst_rtsp_packet_sink_get_times(GstBaseSink *, GstBuffer *buffer, GstClockTime *start, GstClockTime *end) {
    *start = GST_BUFFER_DTS_OR_PTS(buffer);
    *end = GST_CLOCK_TIME_NONE;
}

static GstFlowReturn gst_rtsp_packet_sink_render(GstBaseSink *sink, GstBuffer *buffer) {
    impl(sink).feed().take(buffer);
    return GST_FLOW_OK;
}

static GstFlowReturn gst_rtsp_packet_sink_render_list(GstBaseSink *sink, GstBufferList *list) {
    impl(sink).feed().take(list);
    return GST_FLOW_OK;
}

// Before a flush, and on the way down from PLAYING.
static gboolean gst_rtsp_packet_sink_unlock(GstBaseSink *sink) {
    impl(sink).unlock();
    return TRUE;
}

static void gst_rtsp_packet_sink_finalize(GObject *object) {
    delete GST_RTSP_PACKET_SINK(object)->impl;
    G_OBJECT_CLASS(gst_rtsp_packet_sink_parent_class)->finalize(object);
}

static void gst_rtsp_packet_sink_class_init(GstRtspPacketSinkClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = gst_rtsp_packet_sink_finalize;
    auto *element_class = GST_ELEMENT_CLASS(klass);
    element_class->send_event = gst_rtsp_packet_sink_send_event;
    static GstStaticPadTemplate sink_template =
        GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("application/x-rtp"));
    gst_element_class_add_static_pad_template(element_class, &sink_template);
    gst_element_class_set_static_metadata(element_class, "RTSP packet sink", "Sink/Network",
                                          "Hands the RTP packets of one stream to the RTSP server", "gst-rtspsink");
    auto *sink_class = GST_BASE_SINK_CLASS(klass);
    sink_class->set_caps = gst_rtsp_packet_sink_set_caps;
    sink_class->event = gst_rtsp_packet_sink_event;
    sink_class->get_times = gst_rtsp_packet_sink_get_times;
    sink_class->unlock = gst_rtsp_packet_sink_unlock;
    sink_class->render = gst_rtsp_packet_sink_render;
    sink_class->render_list = gst_rtsp_packet_sink_render_list;
}

static void gst_rtsp_packet_sink_init(GstRtspPacketSink *) {}

GstElement *gst_rtsp_packet_sink_new(rtspsink::CaptureClock &clock, rtspsink::PacketSink::CapsCallback on_caps) {
    auto *self = GST_RTSP_PACKET_SINK(g_object_new(GST_TYPE_RTSP_PACKET_SINK, nullptr));
    self->impl = new rtspsink::PacketSink(GST_BASE_SINK(self), clock, std::move(on_caps));
    return GST_ELEMENT(self);
}

rtspsink::PacketSink &gst_rtsp_packet_sink_get(GstRtspPacketSink *self) {
    return *self->impl;
}

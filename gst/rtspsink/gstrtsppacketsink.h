// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstbasesink.h>

#include "packet_sink.h"

// The GObject around rtspsink::PacketSink. Only rtspsink makes it: it is not registered.
#define GST_TYPE_RTSP_PACKET_SINK (gst_rtsp_packet_sink_get_type())
G_DECLARE_FINAL_TYPE(GstRtspPacketSink, gst_rtsp_packet_sink, GST, RTSP_PACKET_SINK, GstBaseSink)

// Floating.
GstElement *gst_rtsp_packet_sink_new(rtspsink::CaptureClock &clock, rtspsink::PacketSink::CapsCallback on_caps);
rtspsink::PacketSink &gst_rtsp_packet_sink_get(GstRtspPacketSink *self);

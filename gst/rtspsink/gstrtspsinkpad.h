// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtspsink {
class Stream;
}

// A sink pad of rtspsink: the GObject around rtspsink::Stream.
#define GST_TYPE_RTSP_SINK_PAD (gst_rtsp_sink_pad_get_type())
G_DECLARE_FINAL_TYPE(GstRtspSinkPad, gst_rtsp_sink_pad, GST, RTSP_SINK_PAD, GstGhostPad)

// Floating.
GstPad *gst_rtsp_sink_pad_new(GstPadTemplate *templ, const char *name);
rtspsink::Stream &gst_rtsp_sink_pad_get(GstRtspSinkPad *self);

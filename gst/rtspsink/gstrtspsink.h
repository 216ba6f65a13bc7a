// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

// The element `rtspsink`: the GObject around rtspsink::RtspSink.
#define GST_TYPE_RTSP_SINK (gst_rtsp_sink_get_type())
G_DECLARE_FINAL_TYPE(GstRtspSink, gst_rtsp_sink, GST, RTSP_SINK, GstBin)

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#define GST_TYPE_RTSP_PROXY_SRC (gst_rtsp_proxy_src_get_type())
G_DECLARE_FINAL_TYPE(GstRtspProxySrc, gst_rtsp_proxy_src, GST, RTSP_PROXY_SRC, GstElement)

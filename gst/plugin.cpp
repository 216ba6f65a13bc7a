// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include "recordsink/gstrecordsink.h"
#include "rtspproxysrc/gstrtspproxysrc.h"
#include "rtspsink/gstrtspsink.h"

static gboolean plugin_init(GstPlugin *plugin) {
    return gst_element_register(plugin, "rtspsink", GST_RANK_NONE, GST_TYPE_RTSP_SINK) &&
           gst_element_register(plugin, "rtspproxysrc", GST_RANK_NONE, GST_TYPE_RTSP_PROXY_SRC) &&
           gst_element_register(plugin, "recordsink", GST_RANK_NONE, GST_TYPE_RECORD_SINK);
}

#define PACKAGE "gst-rtspsink"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, rtspsink, "RTSP server as a pipeline element", plugin_init,
                  PACKAGE_VERSION, "LGPL", "gst-rtspsink", "https://gstreamer.freedesktop.org/")

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

// The element `recordsink`: the GObject around recordsink::RecordSink.
#define GST_TYPE_RECORD_SINK (gst_record_sink_get_type())
G_DECLARE_FINAL_TYPE(GstRecordSink, gst_record_sink, GST, RECORD_SINK, GstBin)

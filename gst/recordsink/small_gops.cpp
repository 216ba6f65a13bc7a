// SPDX-License-Identifier: LGPL-2.1-or-later
#include "small_gops.h"

#include "base/ref.h"

namespace recordsink {

namespace {

// GST_BUFFER_FLAG_DELTA_UNIT is to be the other way round for the muxer. Free for who owns the pipeline: those of
// GstVideoBufferFlags are below it.
constexpr guint kOtherForMuxer = static_cast<guint>(GST_BUFFER_FLAG_LAST) << 10;

void turn_delta_flag(GstBuffer *buffer) {
    if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT))
        GST_BUFFER_FLAG_UNSET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    else
        GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
}

GstPadProbeReturn restore(GstPad *, GstPadProbeInfo *info, gpointer) {
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (!GST_MINI_OBJECT_FLAG_IS_SET(buffer, kOtherForMuxer))
        return GST_PAD_PROBE_OK;
    buffer = gst_buffer_make_writable(buffer);
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    GST_MINI_OBJECT_FLAG_UNSET(buffer, kOtherForMuxer);
    turn_delta_flag(buffer);
    return GST_PAD_PROBE_OK;
}

void take_pad(GstElement *, GstPad *pad, gpointer) {
    if (GST_PAD_IS_SINK(pad))
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, restore, nullptr, nullptr);
}

}  // namespace

void SmallGops::show_to(GstElement *muxer) {
    g_signal_connect(muxer, "pad-added", G_CALLBACK(take_pad), nullptr);
}

// splitmuxsink's GOPs follow one another in the order in which pictures are shown, or it fails: one that is shown
// before what came before it (a B picture, or whatever comes when time stamps go back) belongs to the GOP that is
// there. If it is shown before a key frame's turn even, that GOP begins so early that it is not cut where it was asked
// for: nor must it be later, at what is no key frame.
bool SmallGops::can_begin(const Unit &unit) {
    if (unit.key && unit.time > latest_) {
        before_key_ = latest_;
        until_key_ = false;
        return true;
    }
    until_key_ = until_key_ || unit.time <= before_key_;
    return !until_key_ && unit.time > latest_;
}

void SmallGops::prepare(Unit &unit) {
    const bool begins = can_begin(unit);
    if (begins)
        note(unit.time);
    if (begins != GST_BUFFER_FLAG_IS_SET(unit.buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT))
        return;
    unit.buffer = rtspcore::Ref<GstBuffer>::adopt(gst_buffer_make_writable(unit.buffer.release()));
    turn_delta_flag(unit.buffer.get());
    GST_MINI_OBJECT_FLAG_SET(unit.buffer.get(), kOtherForMuxer);
}

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trial.h"

namespace rtspproxy {

using rtspcore::Ref;

Trial::Trial(const RtspsrcConfig &config, std::function<void(bool)> done)
    : done_(std::move(done)),
      bin_(Ref<GstElement>::sink(gst_bin_new("trial"))),
      bus_(Ref<GstBus>::adopt(gst_bus_new())) {
    gst_bus_set_sync_handler(bus_.get(), take_message, this, nullptr);
    gst_element_set_bus(bin_.get(), bus_.get());
    const auto clock = Ref<GstClock>::adopt(gst_system_clock_obtain());
    gst_element_set_clock(bin_.get(), clock.get());
    gst_element_set_base_time(bin_.get(), gst_clock_get_time(clock.get()));
    if (GstElement *source = make_rtspsrc(config)) {
        g_signal_connect(source, "pad-added", G_CALLBACK(add_pad), this);
        gst_bin_add(GST_BIN(bin_.get()), source);
    }
}

Trial::~Trial() {
    gst_element_set_state(bin_.get(), GST_STATE_NULL);
    gst_bus_set_flushing(bus_.get(), TRUE);
    gst_element_set_bus(bin_.get(), nullptr);
}

void Trial::start() {
    if (gst_element_set_state(bin_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
        tell(false);
}

void Trial::tell(bool has_media) {
    if (!told_.exchange(true))
        done_(has_media);
}

void Trial::add_pad(GstElement *, GstPad *pad, gpointer self) {
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, take_packet, self, nullptr);
}

// The pad is linked to nothing.
GstPadProbeReturn Trial::take_packet(GstPad *, GstPadProbeInfo *, gpointer self) {
    static_cast<Trial *>(self)->tell(true);
    return GST_PAD_PROBE_DROP;
}

GstBusSyncReply Trial::take_message(GstBus *, GstMessage *message, gpointer self) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        static_cast<Trial *>(self)->tell(false);
    gst_message_unref(message);
    return GST_BUS_DROP;
}

}  // namespace rtspproxy

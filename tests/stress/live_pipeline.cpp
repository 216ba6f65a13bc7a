// SPDX-License-Identifier: LGPL-2.1-or-later
#include "live_pipeline.h"

namespace rtspcore::test {

namespace {

constexpr GstClockTime kPatience = 60 * GST_SECOND;

}  // namespace

LivePipeline::LivePipeline(const std::string &line) {
    GError *error = nullptr;
    pipeline_ = Ref<GstElement>::sink(gst_parse_launch(line.c_str(), &error));
    if (error)
        g_error("%s: %s", line.c_str(), error->message);
    sink_ = Ref<GstElement>::adopt(gst_bin_get_by_name(bin(), "sink"));
}

LivePipeline::~LivePipeline() {
    set_state(GST_STATE_NULL);
}

bool LivePipeline::set_state(GstState state) {
    if (gst_element_set_state(pipeline_.get(), state) == GST_STATE_CHANGE_FAILURE)
        return false;
    const auto reached = gst_element_get_state(pipeline_.get(), nullptr, nullptr, kPatience);
    return reached == GST_STATE_CHANGE_SUCCESS || reached == GST_STATE_CHANGE_NO_PREROLL;
}

Ref<GstMessage> LivePipeline::wait_message(GstMessageType types) {
    const auto bus = Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.get()));
    return Ref<GstMessage>::adopt(gst_bus_timed_pop_filtered(bus.get(), kPatience, types));
}

void LivePipeline::drop_messages() {
    const auto bus = Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.get()));
    while (Ref<GstMessage>::adopt(gst_bus_pop(bus.get()))) {
    }
}

uint16_t LivePipeline::port() const {
    guint port = 0;
    g_object_get(sink_.get(), "bound-port", &port, nullptr);
    return static_cast<uint16_t>(port);
}

std::string tone(bool live) {
    return std::string("audiotestsrc samplesperbuffer=160 is-live=") + (live ? "true" : "false") +
           " ! audio/x-raw,rate=8000,channels=1 ! mulawenc";
}

}  // namespace rtspcore::test

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "payloader_capture.h"

#include <gst/app/gstappsrc.h>

#include "rtp/packet.h"

namespace rtspcore::test {

namespace {

constexpr GstClockTime kDeadline = 50 * GST_SECOND;

Bytes bytes_of(GstBuffer *buffer) {
    Bytes bytes(gst_buffer_get_size(buffer));
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    return bytes;
}

GstPadProbeReturn note_input(GstPad *, GstPadProbeInfo *info, gpointer data) {
    auto *capture = static_cast<PayloaderCapture *>(data);
    capture->inputs_are_keys.push_back(
        !GST_BUFFER_FLAG_IS_SET(GST_PAD_PROBE_INFO_BUFFER(info), GST_BUFFER_FLAG_DELTA_UNIT));
    return GST_PAD_PROBE_OK;
}

GstPadProbeReturn note_output(GstPad *pad, GstPadProbeInfo *info, gpointer data) {
    auto *capture = static_cast<PayloaderCapture *>(data);
    std::vector<Bytes> push;
    if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
        GstBufferList *list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
        for (guint i = 0; i < gst_buffer_list_length(list); i++)
            push.push_back(bytes_of(gst_buffer_list_get(list, i)));
    } else {
        push.push_back(bytes_of(GST_PAD_PROBE_INFO_BUFFER(info)));
    }
    capture->pushes.push_back(std::move(push));
    capture->caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
    return GST_PAD_PROBE_OK;
}

void add_probe(GstElement *element, const char *pad_name, int types, GstPadProbeCallback callback, gpointer data) {
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element, pad_name));
    gst_pad_add_probe(pad.get(), static_cast<GstPadProbeType>(types), callback, data, nullptr);
}

Ref<GstElement> parse(const std::string &launch) {
    GError *error = nullptr;
    auto pipeline = Ref<GstElement>::sink(gst_parse_launch(launch.c_str(), &error));
    if (error)
        g_printerr("%s: %s\n", launch.c_str(), error->message);
    g_clear_error(&error);
    return pipeline;
}

bool run_to_the_end(GstElement *pipeline) {
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    const auto bus = Ref<GstBus>::adopt(gst_element_get_bus(pipeline));
    const auto message = Ref<GstMessage>::adopt(gst_bus_timed_pop_filtered(
        bus.get(), kDeadline, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    gst_element_set_state(pipeline, GST_STATE_NULL);
    return message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS;
}

GstPadProbeReturn note_picture(GstPad *, GstPadProbeInfo *info, gpointer data) {
    const Bytes bytes = bytes_of(GST_PAD_PROBE_INFO_BUFFER(info));
    char *sum = g_compute_checksum_for_data(G_CHECKSUM_MD5, bytes.data(), bytes.size());
    static_cast<std::vector<std::string> *>(data)->emplace_back(sum);
    g_free(sum);
    return GST_PAD_PROBE_OK;
}

constexpr GstClockTime kFrame = 40 * GST_MSECOND;

void push(GstElement *source, const Bytes &bytes, GstClockTime time) {
    GstBuffer *buffer = gst_buffer_new_memdup(bytes.data(), bytes.size());
    GST_BUFFER_PTS(buffer) = time;
    gst_app_src_push_buffer(GST_APP_SRC(source), buffer);
}

void push_inputs(GstElement *source, const std::vector<Bytes> &inputs) {
    GstClockTime time = 0;
    for (const auto &input : inputs) {
        push(source, input, time);
        time += kFrame;
    }
    gst_app_src_end_of_stream(GST_APP_SRC(source));
}

void push_units(GstElement *source, const std::vector<InspectedUnit> &units) {
    uint16_t sequence = 0;
    GstClockTime time = 0;
    for (const auto &unit : units) {
        for (Bytes packet : unit.packets) {
            rtp::set_sequence(packet, sequence++);
            push(source, packet, time);
        }
        time += kFrame;
    }
    gst_app_src_end_of_stream(GST_APP_SRC(source));
}

}  // namespace

PayloaderCapture capture_payloader(const std::string &launch, const std::vector<Bytes> &inputs) {
    PayloaderCapture capture;
    const auto pipeline = parse(launch + " ! fakesink sync=false");
    if (!pipeline)
        return capture;
    const auto payloader = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "pay"));
    add_probe(payloader.get(), "sink", GST_PAD_PROBE_TYPE_BUFFER, note_input, &capture);
    add_probe(payloader.get(), "src", GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, note_output,
              &capture);
    const auto source = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
    if (source)
        push_inputs(source.get(), inputs);
    capture.complete = run_to_the_end(pipeline.get());
    return capture;
}

std::vector<InspectedUnit> inspect(const PayloaderCapture &capture, rtp::AccessUnitInspector &inspector) {
    std::vector<InspectedUnit> units;
    InspectedUnit unit;
    for (const auto &push : capture.pushes) {
        for (const auto &packet : push) {
            const auto view = rtp::PacketView::parse(packet);
            if (!view)
                continue;
            inspector.add(*view);
            unit.packets.push_back(packet);
            if (!view->marker)
                continue;
            unit.traits = inspector.finish();
            units.push_back(std::exchange(unit, {}));
        }
    }
    return units;
}

std::vector<std::string> decode(const PayloaderCapture &capture, const std::vector<InspectedUnit> &units,
                                const std::string &decoder) {
    std::vector<std::string> pictures;
    // RGB: rows of these sizes without padding, whose bytes would be anything.
    const auto pipeline = parse("appsrc name=in format=time max-bytes=0 ! " + decoder +
                                " ! videoconvert ! video/x-raw,format=RGB ! fakesink name=out sync=false qos=false");
    if (!pipeline)
        return pictures;
    const auto source = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
    const auto sink = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
    g_object_set(source.get(), "caps", capture.caps.get(), nullptr);
    add_probe(sink.get(), "sink", GST_PAD_PROBE_TYPE_BUFFER, note_picture, &pictures);
    push_units(source.get(), units);
    if (!run_to_the_end(pipeline.get()))
        pictures.clear();
    return pictures;
}

}  // namespace rtspcore::test

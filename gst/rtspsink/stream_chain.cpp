// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream_chain.h"

#include <sstream>

namespace rtspsink {

namespace {

constexpr guint kFirstDynamicType = 96;
// For whichever of them the element has. Parameter sets before every key frame; time stamps for what has none
// (tsparse), without which nothing could be paced.
constexpr const char *kFrontOptions = "config-interval=-1 set-timestamps=true";

bool has_property(GstElement *element, const char *name) {
    return g_object_class_find_property(G_OBJECT_GET_CLASS(element), name) != nullptr;
}

// "name=value name=value"
void set_options(GstElement *element, const std::string &options) {
    std::istringstream stream(options);
    std::string option;
    while (stream >> option) {
        const size_t equals = option.find('=');
        const std::string name = option.substr(0, equals);
        if (has_property(element, name.c_str()))
            gst_util_set_object_arg(G_OBJECT(element), name.c_str(), option.c_str() + equals + 1);
    }
}

// Payloaders make RTP times of presentation times alone. Parsers that only counted frames (h264parse, of a file without
// a container) tell decoding times alone.
GstBuffer *with_presentation_time(GstBuffer *buffer) {
    if (GST_BUFFER_PTS_IS_VALID(buffer) || !GST_BUFFER_DTS_IS_VALID(buffer))
        return buffer;
    buffer = gst_buffer_make_writable(buffer);
    GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer);
    return buffer;
}

GstPadProbeReturn before_payloader(GstPad *, GstPadProbeInfo *info, gpointer) {
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) {
        info->data = with_presentation_time(GST_PAD_PROBE_INFO_BUFFER(info));
        return GST_PAD_PROBE_OK;
    }
    auto *list = gst_buffer_list_make_writable(GST_PAD_PROBE_INFO_BUFFER_LIST(info));
    gst_buffer_list_foreach(
        list,
        [](GstBuffer **buffer, guint, gpointer) -> gboolean {
            *buffer = with_presentation_time(*buffer);
            return TRUE;
        },
        nullptr);
    info->data = list;
    return GST_PAD_PROBE_OK;
}

}  // namespace

Outcome<void> StreamChain::build(const Choices &choices) {
    clear();
    for (const std::string &factory : choices.plan.front)
        if (add(factory))
            set_options(elements_.back().get(), kFrontOptions);
        else
            return refuse(chain_failed(factory));
    if (!choices.plan.payloader.empty()) {
        if (!add(choices.plan.payloader))
            return refuse(chain_failed(choices.plan.payloader));
        set_up_payloader(choices);
    }
    auto outcome = connect();
    if (outcome)
        plan_ = choices.plan;
    else
        clear();
    return outcome;
}

bool StreamChain::add(const std::string &factory) {
    auto element = Ref<GstElement>::sink(gst_element_factory_make(factory.c_str(), nullptr));
    if (!element || !gst_bin_add(bin_, element.get()))
        return false;
    elements_.push_back(std::move(element));
    return true;
}

void StreamChain::set_up_payloader(const Choices &choices) {
    GstElement *payloader = elements_.back().get();
    if (const auto sink = Ref<GstPad>::adopt(gst_element_get_static_pad(payloader, "sink"))) {
        constexpr auto kData = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
        gst_pad_add_probe(sink.get(), kData, before_payloader, nullptr, nullptr);
    }
    set_options(payloader, choices.plan.options);
    if (has_property(payloader, "mtu"))
        g_object_set(payloader, "mtu", choices.mtu, nullptr);
    if (!has_property(payloader, "pt"))
        return;
    guint type = 0;
    g_object_get(payloader, "pt", &type, nullptr);
    if (choices.payload_type >= 0)
        g_object_set(payloader, "pt", static_cast<guint>(choices.payload_type), nullptr);
    else if (type >= kFirstDynamicType)
        g_object_set(payloader, "pt", static_cast<guint>(choices.dynamic_type()), nullptr);
}

Outcome<void> StreamChain::connect() {
    // From the end, so that each element finds what is after it started.
    GstElement *next = packet_sink_;
    for (auto element = elements_.rbegin(); element != elements_.rend(); ++element) {
        const bool works = gst_element_link(element->get(), next) && gst_element_sync_state_with_parent(element->get());
        if (!works)
            return refuse(chain_failed(GST_OBJECT_NAME(gst_element_get_factory(element->get()))));
        next = element->get();
    }
    return {};
}

void StreamChain::clear() {
    plan_.reset();
    for (const auto &element : elements_) {
        gst_element_set_locked_state(element.get(), TRUE);
        gst_element_set_state(element.get(), GST_STATE_NULL);
        // A bin that is being disposed of has let go of it already.
        if (GST_OBJECT_PARENT(element.get()) == GST_OBJECT(bin_))
            gst_bin_remove(bin_, element.get());
    }
    elements_.clear();
}

Ref<GstPad> StreamChain::entry() const {
    GstElement *first = elements_.empty() ? packet_sink_ : elements_.front().get();
    return Ref<GstPad>::adopt(gst_element_get_static_pad(first, "sink"));
}

}  // namespace rtspsink

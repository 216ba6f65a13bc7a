// SPDX-License-Identifier: LGPL-2.1-or-later
#include "encoded_chain.h"

#include <memory>
#include <utility>

#include "log.h"
#include "sender_clock.h"

namespace rtspproxy {

using rtspcore::Duration;
using rtspcore::Ref;

namespace {

struct FactoryListDeleter {
    void operator()(GList *list) const { gst_plugin_feature_list_free(list); }
};
using FactoryList = std::unique_ptr<GList, FactoryListDeleter>;

// The best of its kind that takes something of `caps`, or nothing.
std::string best(GstElementFactoryListType kind, const GstCaps *caps) {
    const FactoryList all(gst_element_factory_list_get_elements(kind, GST_RANK_MARGINAL));
    for (GList *item = all.get(); item; item = item->next)
        if (gst_element_factory_can_sink_any_caps(GST_ELEMENT_FACTORY(item->data), caps))
            return GST_OBJECT_NAME(item->data);
    return {};
}

Ref<GstCaps> template_caps(GstElement *element) {
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element, "src"));
    return Ref<GstCaps>::adopt(gst_pad_get_pad_template_caps(pad.get()));
}

std::string text_of(const GstCaps *caps) {
    const char *encoding = gst_structure_get_string(gst_caps_get_structure(caps, 0), "encoding-name");
    return encoding ? encoding : "an encoding without a name";
}

}  // namespace

EncodedChain::EncodedChain(GstPad *pad, Complaint complain)
    : pad_(pad),
      complain_(std::move(complain)),
      bus_(Ref<GstBus>::adopt(gst_bus_new())),
      entry_(Ref<GstPad>::sink(gst_pad_new("packets", GST_PAD_SRC))),
      exit_(Ref<GstPad>::sink(gst_pad_new("frames", GST_PAD_SINK))) {
    gst_bus_set_sync_handler(bus_.get(), take_message, this, nullptr);
    gst_pad_set_element_private(exit_.get(), this);
    gst_pad_set_chain_function(exit_.get(), take_frame);
    gst_pad_set_event_function(exit_.get(), take_event);
    gst_pad_set_query_function(exit_.get(), answer);
}

EncodedChain::~EncodedChain() {
    clear();
    gst_bus_set_flushing(bus_.get(), TRUE);
}

void EncodedChain::clear() {
    gst_pad_set_active(entry_.get(), FALSE);
    gst_pad_set_active(exit_.get(), FALSE);
    if (!bin_)
        return;
    gst_element_set_state(bin_.get(), GST_STATE_NULL);
    gst_element_set_bus(bin_.get(), nullptr);
    if (const auto peer = Ref<GstPad>::adopt(gst_pad_get_peer(entry_.get())))
        gst_pad_unlink(entry_.get(), peer.get());
    if (const auto peer = Ref<GstPad>::adopt(gst_pad_get_peer(exit_.get())))
        gst_pad_unlink(peer.get(), exit_.get());
    bin_ = {};
    first_ = last_ = nullptr;
}

bool EncodedChain::add(const char *factory) {
    GstElement *element = gst_element_factory_make(factory, nullptr);
    if (!element)
        return false;
    // Whoever begins to record later needs the parameter sets, too.
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "config-interval"))
        gst_util_set_object_arg(G_OBJECT(element), "config-interval", "-1");
    gst_bin_add(GST_BIN(bin_.get()), element);
    if (last_)
        gst_element_link(last_, element);
    else
        first_ = element;
    last_ = element;
    return true;
}

void EncodedChain::build(const GstCaps *caps) {
    clear();
    const std::string depayloader = best(GST_ELEMENT_FACTORY_TYPE_DEPAYLOADER, caps);
    bin_ = Ref<GstElement>::sink(gst_bin_new("encoded"));
    gst_element_set_bus(bin_.get(), bus_.get());
    if (depayloader.empty() || !add(depayloader.c_str())) {
        bin_ = {};
        complain_("No depayloader for " + text_of(caps) +
                  " is installed. Install gst-plugins-good or gst-plugins-bad, or use mode=rtp.");
        return;
    }
    const std::string parser = best(GST_ELEMENT_FACTORY_TYPE_PARSER, template_caps(last_).get());
    if (!parser.empty())
        add(parser.c_str());
    GST_INFO_OBJECT(pad_, "through %s ! %s", depayloader.c_str(), parser.c_str());
    if (!link())
        complain_("Element " + depayloader + " or " + parser + " did not start.");
}

bool EncodedChain::link() {
    const auto sink = Ref<GstPad>::adopt(gst_element_get_static_pad(first_, "sink"));
    const auto source = Ref<GstPad>::adopt(gst_element_get_static_pad(last_, "src"));
    gst_pad_set_active(exit_.get(), TRUE);
    gst_pad_set_active(entry_.get(), TRUE);
    return GST_PAD_LINK_SUCCESSFUL(gst_pad_link_full(entry_.get(), sink.get(), GST_PAD_LINK_CHECK_NOTHING)) &&
           GST_PAD_LINK_SUCCESSFUL(gst_pad_link_full(source.get(), exit_.get(), GST_PAD_LINK_CHECK_NOTHING)) &&
           gst_element_set_state(bin_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

bool EncodedChain::send(GstEvent *event) {
    // What comes before anything is built is for whoever is linked.
    return gst_pad_push_event(bin_ ? entry_.get() : pad_, event);
}

bool EncodedChain::send_upstream(GstEvent *event) {
    return gst_pad_push_event(exit_.get(), event);
}

GstFlowReturn EncodedChain::push(GstBuffer *packet) {
    if (const auto capture = capture_time_of(packet); capture && GST_BUFFER_PTS_IS_VALID(packet))
        capture_minus_pts_ = *capture - Duration(static_cast<int64_t>(GST_BUFFER_PTS(packet)));
    return gst_pad_push(entry_.get(), packet);
}

GstFlowReturn EncodedChain::take(GstBuffer *frame) {
    if (capture_minus_pts_ && GST_BUFFER_PTS_IS_VALID(frame) && !capture_time_of(frame)) {
        frame = gst_buffer_make_writable(frame);
        const Duration since_1900 = *capture_minus_pts_ + Duration(static_cast<int64_t>(GST_BUFFER_PTS(frame)));
        add_capture_time(frame, since_1900);
    }
    return gst_pad_push(pad_, frame);
}

GstFlowReturn EncodedChain::take_frame(GstPad *exit, GstObject *, GstBuffer *frame) {
    return static_cast<EncodedChain *>(gst_pad_get_element_private(exit))->take(frame);
}

gboolean EncodedChain::take_event(GstPad *exit, GstObject *, GstEvent *event) {
    return gst_pad_push_event(static_cast<EncodedChain *>(gst_pad_get_element_private(exit))->pad_, event);
}

// What is linked says which of its formats a parser is to make.
gboolean EncodedChain::answer(GstPad *exit, GstObject *parent, GstQuery *query) {
    auto *self = static_cast<EncodedChain *>(gst_pad_get_element_private(exit));
    return gst_pad_peer_query(self->pad_, query) || gst_pad_query_default(exit, parent, query);
}

GstBusSyncReply EncodedChain::take_message(GstBus *, GstMessage *message, gpointer self) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError *error = nullptr;
        gst_message_parse_error(message, &error, nullptr);
        static_cast<EncodedChain *>(self)->complain_(error->message);
        g_error_free(error);
    }
    gst_message_unref(message);
    return GST_BUS_DROP;
}

}  // namespace rtspproxy

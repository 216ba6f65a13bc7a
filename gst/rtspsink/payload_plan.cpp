// SPDX-License-Identifier: LGPL-2.1-or-later
#include "payload_plan.h"

#include <memory>

namespace rtspsink {

namespace {

constexpr const char *kParserPackages =
    "gst-plugins-bad and gst-plugins-good (gstreamer1.0-plugins-bad, gstreamer1.0-plugins-good)";

using Factory = Ref<GstElementFactory>;

bool says_parsed(const GstCaps *caps) {
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    gboolean parsed = FALSE;
    gboolean framed = FALSE;
    gst_structure_get_boolean(structure, "parsed", &parsed);
    gst_structure_get_boolean(structure, "framed", &framed);
    return parsed || framed;
}

bool takes(const Factory &factory, const GstCaps *caps) {
    return gst_element_factory_can_sink_all_caps(factory.get(), caps);
}

// Whether something that comes out of `front` can go into `next`.
bool fits(GstElementFactory *front, GstElementFactory *next) {
    for (const GList *item = gst_element_factory_get_static_pad_templates(next); item; item = item->next) {
        auto *pad = static_cast<GstStaticPadTemplate *>(item->data);
        if (pad->direction != GST_PAD_SINK)
            continue;
        const auto caps = Ref<GstCaps>::adopt(gst_static_pad_template_get_caps(pad));
        if (gst_element_factory_can_src_any_caps(front, caps.get()))
            return true;
    }
    return false;
}

struct FactoryListDeleter {
    void operator()(GList *list) const { gst_plugin_feature_list_free(list); }
};
using FactoryList = std::unique_ptr<GList, FactoryListDeleter>;

// Its name, or nothing.
std::string best_parser(const GstCaps *caps, const Factory &payloader) {
    const FactoryList all(gst_element_factory_list_get_elements(GST_ELEMENT_FACTORY_TYPE_PARSER, GST_RANK_MARGINAL));
    for (GList *item = all.get(); item; item = item->next) {
        auto *factory = GST_ELEMENT_FACTORY(item->data);
        if (gst_element_factory_can_sink_any_caps(factory, caps) && fits(factory, payloader.get()))
            return GST_OBJECT_NAME(factory);
    }
    return {};
}

bool payloader_is_ours(const Format &format, const Factory &payloader) {
    return g_str_equal(format.payloader, GST_OBJECT_NAME(payloader.get()));
}

// Fails if what has to be there is not installed.
Outcome<std::vector<std::string>> plan_front(GstElement *element, const GstCaps *caps, const Format &format,
                                             const Factory &payloader) {
    const bool as_it_is = takes(payloader, caps);
    const bool wants_parser =
        format.front == Front::Repeater || (format.front == Front::Parser && !(as_it_is && says_parsed(caps)));
    if (wants_parser) {
        const std::string parser = best_parser(caps, payloader);
        if (!parser.empty())
            return std::vector{parser};
        if (!as_it_is && !payloader_is_ours(format, payloader))
            return refuse(payloader_of_another_medium(caps, GST_OBJECT_NAME(payloader.get())));
        if (!as_it_is)
            return refuse(no_parser(caps, kParserPackages));
    }
    if (format.front == Front::Converter && !as_it_is) {
        if (!Factory::adopt(gst_element_factory_find(format.converter)))
            return refuse(element_missing(element, caps, format.converter, kParserPackages));
        return std::vector<std::string>{format.converter};
    }
    return std::vector<std::string>{};
}

}  // namespace

std::string description(const PayloadPlan &plan) {
    std::string text;
    for (const std::string &front : plan.front)
        text += front + " ! ";
    return text + (plan.payloader.empty() ? "nothing: it is RTP" : plan.payloader);
}

Ref<GstCaps> implied_caps(const PayloadPlan &plan, Ref<GstCaps> caps) {
    if (plan.implied.empty())
        return caps;
    auto completed = Ref<GstCaps>::adopt(gst_caps_copy(caps.get()));
    gst_caps_set_simple(completed.get(), plan.implied.c_str(), G_TYPE_BOOLEAN, TRUE, nullptr);
    return completed;
}

Outcome<PayloadPlan> plan_payload(GstElement *element, const GstCaps *caps, const std::string &payloader) {
    const Format *format = find_format(caps);
    if (!format)
        return refuse(caps_unsupported(caps, advice_for(caps)));
    if (!format->payloader)
        return PayloadPlan{};
    PayloadPlan plan;
    plan.payloader = payloader.empty() ? format->payloader : payloader;
    plan.implied = format->implied ? format->implied : "";
    if (plan.payloader == format->payloader && format->options)
        plan.options = format->options;
    const auto factory = Factory::adopt(gst_element_factory_find(plan.payloader.c_str()));
    if (!factory && !payloader.empty())
        return refuse(payloader_missing(payloader));
    if (!factory)
        return refuse(element_missing(element, caps, plan.payloader, format->package));
    auto front = plan_front(element, caps, *format, factory);
    if (!front)
        return refuse(front.error().code);
    plan.front = std::move(*front);
    // Without a parser the payloader has to repeat the parameter sets, at the price told of in formats.cpp.
    if (format->front == Front::Repeater && plan.front.empty())
        plan.options = "config-interval=-1";
    return plan;
}

}  // namespace rtspsink

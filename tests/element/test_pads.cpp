// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "messages.h"
#include "sink_harness.h"
#include "suite.h"

using rtspcore::Ref;
using rtspsink::test::make_sink;
using rtspsink::test::Messages;

namespace {

using Element = Ref<GstElement>;
using Pad = Ref<GstPad>;

Pad request(const Element &sink, const char *name) {
    return Pad::adopt(gst_element_request_pad_simple(sink.get(), name));
}

// A pad, or null, by one of its names.
Ref<GObject> child(const Element &sink, const std::string &name) {
    return Ref<GObject>::adopt(gst_child_proxy_get_child_by_name(GST_CHILD_PROXY(sink.get()), name.c_str()));
}

bool is_pad(const Ref<GObject> &object, const Pad &pad) {
    return object.get() == G_OBJECT(pad.get());
}

Element launch(const char *line) {
    GError *error = nullptr;
    auto pipeline = Element::sink(gst_parse_launch(line, &error));
    ck_assert_msg(error == nullptr, "%s", error ? error->message : "");
    return pipeline;
}

}  // namespace

START_TEST(test_request_by_either_template_counts_up) {
    const auto sink = make_sink();
    ck_assert_str_eq(GST_OBJECT_NAME(request(sink, "sink_%u").get()), "sink_0");
    ck_assert_str_eq(GST_OBJECT_NAME(request(sink, "sink_%d").get()), "sink_1");
    ck_assert_str_eq(GST_OBJECT_NAME(request(sink, "sink_7").get()), "sink_7");
    ck_assert_str_eq(GST_OBJECT_NAME(request(sink, "sink_%u").get()), "sink_3");
}
END_TEST

START_TEST(test_request_counts_past_names_that_are_taken) {
    const auto sink = make_sink();
    const auto named = request(sink, "sink_1");
    ck_assert_str_eq(GST_OBJECT_NAME(request(sink, "sink_%u").get()), "sink_2");
}
END_TEST

START_TEST(test_link_without_naming_a_pad_works) {
    const auto pipeline = Element::sink(gst_pipeline_new(nullptr));
    GstElement *source = gst_element_factory_make("appsrc", nullptr);
    GstElement *sink = gst_element_factory_make("rtspsink", nullptr);
    gst_bin_add_many(GST_BIN(pipeline.get()), source, sink, nullptr);
    ck_assert(gst_element_link(source, sink));
}
END_TEST

START_TEST(test_child_names_count_pads_in_order_of_creation) {
    const auto sink = make_sink();
    ck_assert(!child(sink, "rtspsinkpad0"));
    const auto first = request(sink, "sink_5");
    const auto second = request(sink, "sink_%u");
    for (const char *name : {"sink_5", "rtspsinkpad0", "appsink0"})
        ck_assert_msg(is_pad(child(sink, name), first), "%s", name);
    for (const char *name : {"sink_1", "rtspsinkpad1", "appsink1"})
        ck_assert_msg(is_pad(child(sink, name), second), "%s", name);
    for (const char *name : {"rtspsinkpad2", "appsink", "appsink0x", "rtspsinkpad-1"})
        ck_assert_msg(!child(sink, name), "%s", name);
}
END_TEST

START_TEST(test_child_names_stay_when_another_pad_goes) {
    const auto sink = make_sink();
    const auto first = request(sink, "sink_%u");
    const auto second = request(sink, "sink_%u");
    gst_element_release_request_pad(sink.get(), first.get());
    ck_assert(!child(sink, "rtspsinkpad0"));
    ck_assert(is_pad(child(sink, "rtspsinkpad1"), second));
    const auto third = request(sink, "sink_%u");
    ck_assert(is_pad(child(sink, "appsink2"), third));
    ck_assert_str_eq(GST_OBJECT_NAME(third.get()), "sink_2");
}
END_TEST

START_TEST(test_children_are_counted_with_those_of_the_bin) {
    const auto sink = make_sink();
    const auto pad = request(sink, "sink_%u");
    auto *proxy = GST_CHILD_PROXY(sink.get());
    ck_assert_uint_eq(gst_child_proxy_get_children_count(proxy), 2);  // the pad and its packet sink
    ck_assert(is_pad(Ref<GObject>::adopt(gst_child_proxy_get_child_by_index(proxy, 0)), pad));
    const auto inner = Ref<GObject>::adopt(gst_child_proxy_get_child_by_index(proxy, 1));
    ck_assert(GST_IS_ELEMENT(inner.get()));
    ck_assert(child(sink, GST_OBJECT_NAME(inner.get())).get() == inner.get());
}
END_TEST

START_TEST(test_launch_line_sets_properties_of_pads_to_come) {
    const auto pipeline = launch(
        "rtspsink name=s sink_0::mapping=/a rtspsinkpad0::payload-type=100 appsink0::sync=true appsink1::sync=false "
        "rtspsinkpad1::payloader=rtpmp4gpay appsrc ! s. appsrc ! s.");
    const auto sink = Element::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "s"));
    gchar *mapping = nullptr;
    gchar *payloader = nullptr;
    int type = 0;
    int sync0 = -1;
    int sync1 = -1;
    gst_child_proxy_get(GST_CHILD_PROXY(sink.get()), "sink_0::mapping", &mapping, "sink_0::payload-type", &type,
                        "sink_0::sync", &sync0, "sink_1::sync", &sync1, "sink_1::payloader", &payloader, nullptr);
    ck_assert_str_eq(mapping, "/a");
    ck_assert_int_eq(type, 100);
    ck_assert_int_eq(sync0, 1);
    ck_assert_int_eq(sync1, 0);
    ck_assert_str_eq(payloader, "rtpmp4gpay");
    g_free(mapping);
    g_free(payloader);
}
END_TEST

START_TEST(test_sync_is_auto_and_takes_booleans) {
    const auto sink = make_sink();
    const auto pad = request(sink, "sink_%u");
    int sync = -1;
    g_object_get(pad.get(), "sync", &sync, nullptr);
    ck_assert_int_eq(sync, 2);
    g_object_set(pad.get(), "sync", TRUE, nullptr);
    g_object_get(pad.get(), "sync", &sync, nullptr);
    ck_assert_int_eq(sync, 1);
    gst_util_set_object_arg(G_OBJECT(pad.get()), "sync", "auto");
    g_object_get(pad.get(), "sync", &sync, nullptr);
    ck_assert_int_eq(sync, 2);
}
END_TEST

START_TEST(test_properties_without_effect_are_warned_of_once) {
    const auto sink = make_sink();
    g_object_set(sink.get(), "service", "0", "address", "127.0.0.1", nullptr);
    Messages messages(sink.get());
    const auto pad = request(sink, "sink_%u");
    g_object_set(pad.get(), "max-buffers", 3, nullptr);
    ck_assert(messages.next_warning(0).empty());
    ck_assert_int_eq(gst_element_set_state(sink.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    ck_assert(messages.next_warning(0).find("'max-buffers'") != std::string::npos);
    ck_assert(messages.next_warning(0).empty());
    g_object_set(pad.get(), "drop", TRUE, nullptr);
    ck_assert(messages.next_warning(0).find("'drop'") != std::string::npos);
    gst_element_set_state(sink.get(), GST_STATE_NULL);
}
END_TEST

START_TEST(test_caps_offer_raw_video_only_to_those_who_have_nothing_else) {
    const auto sink = make_sink();
    const auto pad = request(sink, "sink_%u");
    const auto source = Pad::sink(gst_pad_new("src", GST_PAD_SRC));
    gst_pad_link(source.get(), pad.get());
    struct Case {
        const char *filter;
        const char *offer;
    };
    constexpr Case kCases[] = {
        {"video/x-raw; video/x-h264", "video/x-h264"},
        {"video/x-raw", "video/x-raw"},
        {"video/x-h264, mapping=(string)/a; image/jpeg", "video/x-h264, mapping=(string)/a; image/jpeg"},
        {"text/plain", "EMPTY"},
    };
    for (const Case &c : kCases) {
        const auto filter = Ref<GstCaps>::adopt(gst_caps_from_string(c.filter));
        const auto expected = Ref<GstCaps>::adopt(gst_caps_from_string(c.offer));
        const auto caps = Ref<GstCaps>::adopt(gst_pad_query_caps(pad.get(), filter.get()));
        ck_assert_msg(gst_caps_is_equal(caps.get(), expected.get()), "%s", c.filter);
    }
    const auto all = Ref<GstCaps>::adopt(gst_pad_query_caps(pad.get(), nullptr));
    const auto raw = Ref<GstCaps>::adopt(gst_caps_new_empty_simple("video/x-raw"));
    ck_assert(!gst_caps_can_intersect(all.get(), raw.get()));
    gst_pad_unlink(source.get(), pad.get());
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "pads",
        {test_request_by_either_template_counts_up, test_request_counts_past_names_that_are_taken,
         test_link_without_naming_a_pad_works, test_child_names_count_pads_in_order_of_creation,
         test_child_names_stay_when_another_pad_goes, test_children_are_counted_with_those_of_the_bin,
         test_launch_line_sets_properties_of_pads_to_come, test_sync_is_auto_and_takes_booleans,
         test_properties_without_effect_are_warned_of_once,
         test_caps_offer_raw_video_only_to_those_who_have_nothing_else});
}

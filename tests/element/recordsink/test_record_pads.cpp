// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../messages.h"
#include "../suite.h"
#include "folder.h"
#include "support/deadline.h"

using recordsink::test::Folder;
using rtspcore::Ref;
using rtspcore::test::eventually;
using rtspsink::test::Messages;

namespace {

std::string requested(GstElement *sink, const char *name) {
    const auto pad = Ref<GstPad>::adopt(gst_element_request_pad_simple(sink, name));
    return pad ? GST_PAD_NAME(pad.get()) : "";
}

}  // namespace

START_TEST(test_numbers_that_were_taken_by_name_are_passed) {
    const auto sink = Ref<GstElement>::sink(gst_element_factory_make("recordsink", nullptr));
    ck_assert(requested(sink.get(), "sink_1") == "sink_1");
    ck_assert(requested(sink.get(), "sink_0") == "sink_0");
    ck_assert(requested(sink.get(), "sink_%u") == "sink_2");
    ck_assert(requested(sink.get(), "sink_4") == "sink_4");
    ck_assert(requested(sink.get(), "sink_%u") == "sink_3");
    ck_assert(requested(sink.get(), "sink_%u") == "sink_5");
}
END_TEST

// What comes before the element starts is not recorded; what comes after it is.
START_TEST(test_stream_that_was_there_before_the_element_started_is_recorded) {
    const Folder folder;
    const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(
        "audiotestsrc is-live=true ! opusenc ! tee name=t allow-not-linked=true ! fakesink async=false", nullptr));
    const auto tee = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "t"));
    Messages messages(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    GstElement *sink = gst_element_factory_make("recordsink", nullptr);
    g_object_set(sink, "location", (folder / "%i.mp4").c_str(), "segment-duration", 300, nullptr);
    gst_bin_add(GST_BIN(pipeline.get()), sink);
    const auto source = Ref<GstPad>::adopt(gst_element_request_pad_simple(tee.get(), "src_%u"));
    const auto pad = Ref<GstPad>::adopt(gst_element_request_pad_simple(sink, "sink_%u"));
    ck_assert_int_eq(gst_pad_link(source.get(), pad.get()), GST_PAD_LINK_OK);
    ck_assert(eventually([&] { return Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad.get())).get() != nullptr; }));
    ck_assert(gst_element_sync_state_with_parent(sink));
    const auto message = messages.next(GST_MESSAGE_ELEMENT, 10 * GST_SECOND);
    ck_assert(message && gst_message_has_name(message.get(), "segment"));
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(argc, argv, "record_pads",
                                             {test_numbers_that_were_taken_by_name_are_passed,
                                              test_stream_that_was_there_before_the_element_started_is_recorded});
}

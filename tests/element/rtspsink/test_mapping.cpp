// SPDX-License-Identifier: LGPL-2.1-or-later
#include "caps_text.h"
#include "rtspsink/mapping.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using rtspcore::Ref;
using rtspcore::test::assert_text;
using rtspsink::test::caps_of;

namespace {

// The mapping that is found upstream of the sink of `line`, once it has played to its end; "-" if none.
std::string found_upstream(const char *line) {
    const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(line, nullptr));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const auto bus = Ref<GstBus>::adopt(gst_element_get_bus(pipeline.get()));
    const auto end = Ref<GstMessage>::adopt(gst_bus_timed_pop_filtered(
        bus.get(), 10 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    ck_assert_msg(end.get() && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS, "%s", line);
    const auto sink = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "end"));
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(sink.get(), "sink"));
    const auto mapping = rtspsink::upstream_mapping(pad.get());
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return mapping.value_or("-");
}

}  // namespace

START_TEST(test_field_is_read_and_taken_out) {
    const auto caps = caps_of("video/x-h264, mapping=/a, width=320");
    const auto field = rtspsink::mapping_field(caps.get());
    ck_assert(field.ok());
    assert_text(field->value_or("-"), "/a");
    const auto rest = rtspsink::without_mapping(caps.get());
    ck_assert(gst_caps_is_equal(rest.get(), caps_of("video/x-h264, width=320").get()));
    const auto none = rtspsink::mapping_field(rest.get());
    ck_assert(none.ok() && !none->has_value());
    ck_assert(!rtspsink::mapping_field(caps_of("video/x-h264, mapping=(int)1").get()).ok());
    ck_assert(rtspsink::without_mapping(rest.get()).get() == rest.get());
}
END_TEST

START_TEST(test_field_is_found_before_elements_that_lose_it) {
    struct Case {
        const char *line;
        const char *mapping;
    };
    // The second capssetter stands for parsers that make their caps anew.
    constexpr Case kCases[] = {
        {"audiotestsrc num-buffers=1 ! fakesink name=end", "-"},
        {"audiotestsrc num-buffers=1 ! capssetter caps=audio/x-raw,mapping=/a ! capssetter replace=true "
         "caps=audio/x-raw,rate=8000 ! fakesink name=end",
         "/a"},
        {"audiotestsrc num-buffers=1 ! capssetter caps=audio/x-raw,mapping=/a ! tee ! queue ! capssetter replace=true "
         "caps=audio/x-raw,rate=8000 ! identity ! fakesink name=end",
         "/a"},
        {"audiotestsrc num-buffers=1 ! capssetter caps=audio/x-raw,mapping=/a ! ( capssetter replace=true "
         "caps=audio/x-raw,rate=8000 ) ! fakesink name=end",
         "/a"},
    };
    for (const Case &c : kCases)
        assert_text(found_upstream(c.line), c.mapping);
}
END_TEST

START_TEST(test_path_has_one_form_and_names_who_gave_a_wrong_one) {
    const auto path = rtspsink::path_of("cam//one/", "caps");
    ck_assert(path.ok());
    assert_text(*path, "/cam/one");
    const auto wrong = rtspsink::path_of("a b", "pad property");
    ck_assert(!wrong.ok());
    ck_assert(!rtspsink::path_of("rtsp://camera/one", "caps").ok());
    ck_assert(wrong.error().code.text.find("'a b' (pad property)") != std::string::npos);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return rtspcore::test::run_suite(
        "mapping", {test_field_is_read_and_taken_out, test_field_is_found_before_elements_that_lose_it,
                    test_path_has_one_form_and_names_who_gave_a_wrong_one});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/video/video.h>

#include <string>

#include "connection.h"
#include "messages.h"
#include "sink_harness.h"
#include "suite.h"

using rtspcore::Ref;
using rtspsink::test::Connection;
using rtspsink::test::Frame;
using rtspsink::test::h264_key_unit;
using rtspsink::test::h264_other_unit;
using rtspsink::test::h264_rtp_caps;
using rtspsink::test::SinkHarness;

namespace {

using Element = Ref<GstElement>;

constexpr const char *kPcmu = "audio/x-mulaw,rate=8000,channels=1";
constexpr size_t kPcmuSize = 160;
constexpr GstClockTime kPcmuDuration = 20 * GST_MSECOND;

bool contains(const std::string &text, const char *part) {
    return text.find(part) != std::string::npos;
}

// The next event of `name` that came upstream, or null after the deadline.
Ref<GstEvent> upstream_event(GstHarness *harness, const char *name) {
    for (;;) {
        auto event = Ref<GstEvent>::adopt(gst_harness_pull_upstream_event(harness));
        if (!event ||
            (GST_EVENT_TYPE(event.get()) == GST_EVENT_CUSTOM_UPSTREAM && gst_event_has_name(event.get(), name)))
            return event;
    }
}

}  // namespace

START_TEST(test_caps_field_mapping_is_the_path_and_not_in_the_sdp) {
    struct Case {
        const char *field;
        const char *path;
    };
    constexpr Case kCases[] = {
        {"mapping=/cam", "/cam"}, {"mapping=stream1", "/stream1"}, {"mapping=//a/b/", "/a/b"}, {"", "/test"}};
    for (const Case &c : kCases) {
        SinkHarness sink;
        sink.set_caps(h264_rtp_caps(c.field));
        const std::string sdp = Connection(sink.port()).describe(c.path);
        ck_assert_msg(contains(sdp, "a=rtpmap:96 H264/90000"), "%s: %s", c.field, sdp.c_str());
        ck_assert_msg(!contains(sdp, "mapping"), "%s", sdp.c_str());
    }
}
END_TEST

START_TEST(test_mapping_of_pad_wins_over_caps_and_these_over_the_element) {
    SinkHarness sink("mapping=/element sink_0::mapping=pad");
    sink.set_caps(h264_rtp_caps("mapping=/caps"));
    Connection viewer(sink.port());
    ck_assert(!viewer.describe("/pad").empty());
    ck_assert(viewer.describe("/caps").empty());
    ck_assert(viewer.describe("/element").empty());
}
END_TEST

START_TEST(test_mapping_that_is_no_path_is_an_error_at_caps) {
    SinkHarness sink;
    sink.set_caps(h264_rtp_caps("mapping=(string)\"/a b\""));
    const std::string error = sink.messages().next_error();
    ck_assert_msg(contains(error, "'/a b'"), "%s", error.c_str());
}
END_TEST

START_TEST(test_caps_that_cannot_be_served_are_errors_that_tell_what_to_do) {
    struct Case {
        const char *caps;
        const char *advice;
    };
    constexpr Case kCases[] = {
        {"video/x-raw,format=I420,width=64,height=64,framerate=25/1", "Put an encoder in front"},
        {"audio/x-mulaw,rate=44100,channels=2", "8000 Hz mono"},
        {"text/plain", "text/plain"},
        {"application/x-rtp,media=video", "encoding-name"},
        {"audio/x-opus,rate=48000,channels=2,channel-mapping-family=1", "rtpopuspay"},
    };
    for (const Case &c : kCases) {
        SinkHarness sink;
        sink.set_caps(c.caps);
        sink.push_zeroes(100, GST_SECOND);
        const std::string error = sink.messages().next_error();
        ck_assert_msg(contains(error, c.advice), "%s: %s", c.caps, error.c_str());
        sink.push_zeroes(100, GST_SECOND);
        ck_assert_msg(sink.messages().next_error(0).empty(), "%s: told twice", c.caps);
    }
}
END_TEST

START_TEST(test_data_without_caps_is_an_error) {
    const auto pipeline =
        Element::sink(gst_parse_launch("fakesrc sizetype=fixed ! rtspsink service=0 address=127.0.0.1", nullptr));
    rtspsink::test::Messages messages(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    ck_assert(contains(messages.next_error(), "without caps"));
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}
END_TEST

START_TEST(test_payloader_that_is_not_installed_is_named) {
    SinkHarness sink("sink_0::payloader=rtpnonesuchpay");
    sink.set_caps(kPcmu);
    ck_assert(contains(sink.messages().next_error(), "'rtpnonesuchpay'"));
}
END_TEST

START_TEST(test_static_payload_type_is_kept_and_others_are_unique_in_the_mapping) {
    const auto pipeline = Element::sink(
        gst_parse_launch("rtspsink name=s service=0 address=127.0.0.1 audiotestsrc is-live=true ! mulawenc ! s. "
                         "audiotestsrc is-live=true ! audio/x-raw,rate=48000 ! s. audiotestsrc is-live=true ! "
                         "audio/x-raw,rate=32000 ! s.",
                         nullptr));
    const auto sink = Element::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "s"));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    guint port = 0;
    g_object_get(sink.get(), "bound-port", &port, nullptr);
    const std::string sdp = Connection(port).describe("/test");
    ck_assert_msg(contains(sdp, "a=rtpmap:0 PCMU/8000"), "%s", sdp.c_str());
    ck_assert_msg(contains(sdp, "a=rtpmap:96 L16/"), "%s", sdp.c_str());
    ck_assert_msg(contains(sdp, "a=rtpmap:97 L16/"), "%s", sdp.c_str());
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}
END_TEST

START_TEST(test_payload_type_of_a_pad_is_in_the_description_and_the_packets) {
    struct Case {
        const char *properties;
        const char *caps;
        size_t size;
        const char *described;
        unsigned type;
    };
    constexpr const char *kSamples = "audio/x-raw,format=S16BE,layout=interleaved,rate=8000,channels=1";
    constexpr Case kCases[] = {
        {"", kPcmu, kPcmuSize, "a=rtpmap:0 PCMU/8000", 0},
        {"sink_0::payload-type=101", kPcmu, kPcmuSize, "a=rtpmap:101 PCMU/8000", 101},
        {"", kSamples, kPcmuSize, "a=rtpmap:96 L16/8000", 96},
        {"sink_0::payload-type=127", kSamples, kPcmuSize, "a=rtpmap:127 L16/8000", 127},
    };
    for (const Case &c : kCases) {
        SinkHarness sink(c.properties);
        sink.set_caps(c.caps);
        sink.push_zeroes(c.size, kPcmuDuration);
        Connection viewer(sink.port());
        const std::string sdp = viewer.describe("/test");
        ck_assert_msg(contains(sdp, c.described), "%s", sdp.c_str());
        ck_assert_msg(contains(sdp, (" RTP/AVP " + std::to_string(c.type) + "\r\n").c_str()), "%s", sdp.c_str());
        ck_assert(viewer.play("/test"));
        sink.push_zeroes(c.size, kPcmuDuration);
        const auto frame = viewer.next_frame();
        ck_assert(frame.has_value());
        ck_assert_uint_eq(frame->payload_type(), c.type);
    }
}
END_TEST

START_TEST(test_klv_is_served) {
    SinkHarness sink;
    sink.set_caps("meta/x-klv");
    ck_assert_int_eq(sink.push_zeroes(17, GST_SECOND), GST_FLOW_OK);
    const std::string sdp = Connection(sink.port()).describe("/test");
    ck_assert_msg(contains(sdp, "m=application ") && contains(sdp, "SMPTE336M/90000"), "%s", sdp.c_str());
}
END_TEST

START_TEST(test_packets_reach_the_viewer_as_they_came) {
    SinkHarness sink("start-mode=burst");
    sink.set_caps(h264_rtp_caps());
    sink.push_packet(h264_key_unit());
    Connection viewer(sink.port());
    ck_assert(viewer.play("/test"));
    sink.push_packet(h264_other_unit());
    for (unsigned i = 0; i < 2; ++i) {
        const auto frame = viewer.next_frame();
        ck_assert(frame.has_value());
        ck_assert_uint_eq(frame->sequence(), 1000 + i);
        ck_assert_uint_eq(frame->ssrc(), 0x1234);
        const std::string payload(frame->bytes.begin() + 12, frame->bytes.end());
        ck_assert(payload == (i == 0 ? h264_key_unit() : h264_other_unit()));
    }
}
END_TEST

START_TEST(test_flush_keeps_ssrc_and_sequence) {
    SinkHarness sink;
    sink.set_caps(kPcmu);
    sink.push_zeroes(kPcmuSize, kPcmuDuration);
    Connection viewer(sink.port());
    ck_assert(viewer.play("/test"));
    sink.push_zeroes(kPcmuSize, kPcmuDuration);
    auto before = viewer.next_frame();
    for (int i = 0; before && i < 1; ++i)  // the one of the burst, then the live one
        before = viewer.next_frame();
    ck_assert(before.has_value());
    gst_harness_push_event(sink.harness(), gst_event_new_flush_start());
    gst_harness_push_event(sink.harness(), gst_event_new_flush_stop(TRUE));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_harness_push_event(sink.harness(), gst_event_new_segment(&segment));
    ck_assert_int_eq(sink.push_zeroes(kPcmuSize, kPcmuDuration), GST_FLOW_OK);
    const auto after = viewer.next_frame();
    ck_assert(after.has_value());
    ck_assert_uint_eq(after->ssrc(), before->ssrc());
    ck_assert_uint_eq(after->sequence(), static_cast<uint16_t>(before->sequence() + 1));
}
END_TEST

START_TEST(test_eos_tells_viewers_goodbye_and_is_posted) {
    constexpr unsigned kGoodbye = 203;  // RFC 3550 section 12.1
    const auto pipeline = Element::sink(gst_parse_launch(
        "appsrc name=source is-live=true format=time ! rtspsink name=s service=0 address=127.0.0.1", nullptr));
    rtspsink::test::Messages messages(pipeline.get());
    const auto sink = Element::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "s"));
    const auto source = Element::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "source"));
    gst_util_set_object_arg(G_OBJECT(source.get()), "caps", kPcmu);
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    GstFlowReturn flow = GST_FLOW_OK;
    const auto buffer = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, kPcmuSize, nullptr));
    GST_BUFFER_PTS(buffer.get()) = 0;
    g_signal_emit_by_name(source.get(), "push-buffer", buffer.get(), &flow);
    guint port = 0;
    g_object_get(sink.get(), "bound-port", &port, nullptr);
    Connection viewer(port);
    ck_assert(!viewer.describe("/test").empty());
    ck_assert(viewer.play("/test"));
    g_signal_emit_by_name(source.get(), "end-of-stream", &flow);
    ck_assert(messages.next(GST_MESSAGE_EOS).get() != nullptr);
    bool goodbye = false;
    while (const auto frame = goodbye ? std::nullopt : viewer.next_frame(true))
        for (size_t at = 0; at + 4 <= frame->bytes.size(); at += 4 * (frame->word(at) & 0xffffU) + 4)
            goodbye = goodbye || frame->bytes[at + 1] == kGoodbye;
    ck_assert(goodbye);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}
END_TEST

START_TEST(test_eos_waits_for_linked_pads_only) {
    SinkHarness sink;
    const auto unlinked = Ref<GstPad>::adopt(gst_element_request_pad_simple(sink.element(), "sink_%u"));
    const auto linked = Ref<GstPad>::adopt(gst_element_request_pad_simple(sink.element(), "sink_%u"));
    const auto source = Ref<GstPad>::sink(gst_pad_new("src", GST_PAD_SRC));
    gst_pad_set_active(source.get(), TRUE);
    ck_assert_int_eq(gst_pad_link(source.get(), linked.get()), GST_PAD_LINK_OK);
    sink.set_caps(h264_rtp_caps());
    sink.push_packet(h264_key_unit());
    sink.push_eos();
    ck_assert(!sink.messages().next(GST_MESSAGE_EOS, 0));
    // Also a stream that ends before it had caps.
    gst_pad_push_event(source.get(), gst_event_new_stream_start("other"));
    gst_pad_push_event(source.get(), gst_event_new_eos());
    ck_assert(sink.messages().next(GST_MESSAGE_EOS).get() != nullptr);
    gst_pad_unlink(source.get(), linked.get());
}
END_TEST

START_TEST(test_new_parameter_sets_keep_the_viewer_and_another_codec_ends_it) {
    SinkHarness sink;
    sink.set_caps(h264_rtp_caps("sprop-parameter-sets=(string)\"Z0IAHg==,aM44\""));
    sink.push_packet(h264_key_unit());
    Connection viewer(sink.port());
    ck_assert(viewer.play("/test"));
    ck_assert(viewer.next_frame().has_value());
    sink.set_caps(h264_rtp_caps("sprop-parameter-sets=(string)\"Z0IAKA==,aM44\""));
    sink.push_packet(h264_key_unit());
    const auto frame = viewer.next_frame();
    ck_assert(frame.has_value());
    ck_assert_uint_eq(frame->sequence(), 1001);
    const std::string sdp = Connection(sink.port()).describe("/test");
    ck_assert_msg(contains(sdp, "Z0IAKA=="), "%s", sdp.c_str());
    sink.set_caps("application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=97");
    ck_assert(viewer.is_closed_by_server());
    ck_assert(contains(Connection(sink.port()).describe("/test"), "a=rtpmap:97 VP8/90000"));
}
END_TEST

// RTP from a sender that tells its parameter sets neither in its caps nor twice.
START_TEST(test_parameter_sets_that_came_once_are_in_the_description) {
    SinkHarness sink;
    sink.set_caps(h264_rtp_caps());
    sink.push_packet(std::string("\x78\x00\x04\x67\x42\xc0\x0d\x00\x04\x68\xce\x3c\x80\x00\x02\x65\x88", 17));
    sink.push_packet(h264_other_unit());
    const std::string sdp = Connection(sink.port()).describe("/test");
    ck_assert_msg(contains(sdp, "sprop-parameter-sets=Z0LADQ==,aM48gA=="), "%s", sdp.c_str());
}
END_TEST

START_TEST(test_other_caps_change_the_payloader) {
    SinkHarness sink;
    sink.set_caps(kPcmu);
    sink.push_zeroes(kPcmuSize, kPcmuDuration);
    ck_assert(contains(Connection(sink.port()).describe("/test"), "PCMU"));
    sink.set_caps("audio/x-alaw,rate=8000,channels=1");
    sink.push_zeroes(kPcmuSize, kPcmuDuration);
    const std::string sdp = Connection(sink.port()).describe("/test");
    ck_assert_msg(contains(sdp, "PCMA"), "%s", sdp.c_str());
    ck_assert_msg(!contains(sdp, "PCMU"), "%s", sdp.c_str());
}
END_TEST

START_TEST(test_other_mapping_moves_the_stream) {
    SinkHarness sink;
    sink.set_caps(h264_rtp_caps("mapping=/a"));
    ck_assert(!Connection(sink.port()).describe("/a").empty());
    sink.set_caps(h264_rtp_caps("mapping=/b"));
    ck_assert(!Connection(sink.port()).describe("/b").empty());
    ck_assert(Connection(sink.port()).describe("/a").empty());
}
END_TEST

START_TEST(test_pad_released_while_playing_ends_its_stream_only) {
    SinkHarness sink;
    sink.set_caps(h264_rtp_caps("mapping=/stays"));
    sink.push_packet(h264_key_unit());
    const auto pad = Ref<GstPad>::adopt(gst_element_request_pad_simple(sink.element(), "sink_%u"));
    const auto source = Ref<GstPad>::sink(gst_pad_new("src", GST_PAD_SRC));
    gst_pad_set_active(source.get(), TRUE);
    gst_pad_link(source.get(), pad.get());
    gst_pad_push_event(source.get(), gst_event_new_stream_start("goes"));
    const auto caps = Ref<GstCaps>::adopt(gst_caps_from_string(h264_rtp_caps("mapping=/goes").c_str()));
    gst_pad_push_event(source.get(), gst_event_new_caps(caps.get()));
    Connection viewer(sink.port());
    ck_assert(!viewer.describe("/goes").empty());
    gst_element_release_request_pad(sink.element(), pad.get());
    ck_assert(viewer.describe("/goes").empty());
    ck_assert(!viewer.describe("/stays").empty());
    ck_assert(viewer.play("/stays"));
    ck_assert(viewer.next_frame().has_value());
}
END_TEST

START_TEST(test_viewer_waiting_for_a_key_frame_makes_the_encoder_be_asked) {
    SinkHarness sink("start-mode=key-frame");
    sink.set_caps(h264_rtp_caps());
    sink.push_packet(h264_key_unit());
    Connection viewer(sink.port());
    ck_assert(viewer.play("/test"));
    const auto event = upstream_event(sink.harness(), "GstForceKeyUnit");
    ck_assert(event.get() != nullptr);
    gboolean all_headers = FALSE;
    ck_assert(gst_video_event_parse_upstream_force_key_unit(event.get(), nullptr, &all_headers, nullptr));
    ck_assert(all_headers);
}
END_TEST

START_TEST(test_stats_tell_what_came_and_who_watches) {
    SinkHarness sink;
    sink.set_caps(h264_rtp_caps());
    sink.push_packet(h264_key_unit());
    GstStructure *stats = nullptr;
    gst_child_proxy_get(GST_CHILD_PROXY(sink.element()), "sink_0::stats", &stats, nullptr);
    guint64 packets = 0;
    ck_assert(gst_structure_get_uint64(stats, "packets", &packets));
    ck_assert_uint_eq(packets, 1);
    ck_assert_str_eq(gst_structure_get_string(stats, "mapping"), "/test");
    gst_structure_free(stats);
    Connection viewer(sink.port());
    ck_assert(viewer.play("/test"));
    g_object_get(sink.element(), "stats", &stats, nullptr);
    guint64 sessions = 0;
    ck_assert(gst_structure_get_uint64(stats, "sessions", &sessions));
    ck_assert_uint_eq(sessions, 1);
    const GValue *mounts = gst_structure_get_value(stats, "mounts");
    ck_assert_uint_eq(gst_value_list_get_size(mounts), 1);
    gst_structure_free(stats);
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(argc, argv, "streams",
                                             {test_caps_field_mapping_is_the_path_and_not_in_the_sdp,
                                              test_mapping_of_pad_wins_over_caps_and_these_over_the_element,
                                              test_mapping_that_is_no_path_is_an_error_at_caps,
                                              test_caps_that_cannot_be_served_are_errors_that_tell_what_to_do,
                                              test_data_without_caps_is_an_error,
                                              test_payloader_that_is_not_installed_is_named,
                                              test_static_payload_type_is_kept_and_others_are_unique_in_the_mapping,
                                              test_payload_type_of_a_pad_is_in_the_description_and_the_packets,
                                              test_klv_is_served,
                                              test_packets_reach_the_viewer_as_they_came,
                                              test_flush_keeps_ssrc_and_sequence,
                                              test_eos_tells_viewers_goodbye_and_is_posted,
                                              test_eos_waits_for_linked_pads_only,
                                              test_new_parameter_sets_keep_the_viewer_and_another_codec_ends_it,
                                              test_parameter_sets_that_came_once_are_in_the_description,
                                              test_other_caps_change_the_payloader,
                                              test_other_mapping_moves_the_stream,
                                              test_pad_released_while_playing_ends_its_stream_only,
                                              test_viewer_waiting_for_a_key_frame_makes_the_encoder_be_asked,
                                              test_stats_tell_what_came_and_who_watches});
}

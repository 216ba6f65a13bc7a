// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib/gstdio.h>

#include <atomic>
#include <string>
#include <vector>

#include "../messages.h"
#include "../suite.h"
#include "folder.h"
#include "recording.h"
#include "support/deadline.h"

using recordsink::test::Folder;
using recordsink::test::time_of;
using rtspcore::Ref;
using rtspsink::test::Messages;

namespace {

constexpr const char *kVideo =
    "videotestsrc num-buffers=90 ! video/x-raw,width=64,height=64,framerate=30/1 "
    "! x264enc speed-preset=ultrafast key-int-max=30 ! ";

// The segments of a line that plays to its end.
std::vector<std::string> record(const std::string &line) {
    GError *error = nullptr;
    const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(line.c_str(), &error));
    ck_assert_msg(!error, "%s", error ? error->message : "");
    Messages messages(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const auto types =
        static_cast<GstMessageType>(GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    std::vector<std::string> segments;
    while (const auto message = messages.next(types, 30 * GST_SECOND)) {
        if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS)
            break;
        ck_assert_int_eq(GST_MESSAGE_TYPE(message.get()), GST_MESSAGE_ELEMENT);
        const GstStructure *structure = gst_message_get_structure(message.get());
        ck_assert(gst_structure_has_name(structure, "segment"));
        segments.emplace_back(gst_structure_get_string(structure, "location"));
        ck_assert(g_file_test(segments.back().c_str(), G_FILE_TEST_EXISTS));
    }
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return segments;
}

}  // namespace

START_TEST(test_segments_are_cut_in_each_format) {
    for (const std::string format : {"mp4", "ts", "mkv"}) {
        const Folder folder;
        const auto segments =
            record(kVideo + std::string("recordsink name=r segment-duration=1000 format=") + format +
                   " location=" + folder.path() + "/%Y/%i." + format + " audiotestsrc num-buffers=130 ! opusenc ! r.");
        ck_assert_msg(segments.size() == 3, "%s: %zu", format.c_str(), segments.size());
        ck_assert(g_file_test((folder / "index.jsonl").c_str(), G_FILE_TEST_EXISTS));
    }
}
END_TEST

START_TEST(test_bytes_bound_segments) {
    constexpr int64_t kBound = 100'000;
    constexpr int64_t kGop = 20'000;  // the largest; the bit rate gives 12500, and the formats add a little
    for (const std::string format : {"mp4", "ts", "mkv"}) {
        const Folder folder;
        const auto segments = record(
            "videotestsrc num-buffers=300 pattern=snow ! video/x-raw,width=160,height=120,framerate=25/1 ! x264enc "
            "tune=zerolatency speed-preset=ultrafast bitrate=500 key-int-max=5 ! recordsink segment-duration=0 "
            "segment-bytes=" +
            std::to_string(kBound) + " format=" + format + " location=" + folder.path() + "/%i." + format);
        ck_assert_uint_gt(segments.size(), 5);
        for (const std::string &path : segments) {
            GStatBuf status = {};
            ck_assert_int_eq(g_stat(path.c_str(), &status), 0);
            ck_assert_int_lt(status.st_size, kBound + kGop);
            // The first GOP is much larger than those that follow, which are taken to become as large in its file.
            if (path != segments.front() && path != segments.back())
                ck_assert_int_gt(status.st_size, kBound - kGop);
        }
    }
}
END_TEST

START_TEST(test_sound_alone_is_recorded) {
    const Folder folder;
    const auto segments = record("audiotestsrc num-buffers=100 ! opusenc ! recordsink location=" + folder / "a.mp4");
    ck_assert_uint_eq(segments.size(), 1);
}
END_TEST

START_TEST(test_new_caps_begin_a_new_segment) {
    const Folder folder;
    const auto segments = record(
        "concat name=c ! recordsink location=" + folder / "%i.mp4 " + kVideo +
        "h264parse ! c. videotestsrc num-buffers=60 ! video/x-raw,width=128,height=96 ! x264enc ! h264parse ! c.");
    ck_assert_uint_eq(segments.size(), 2);
}
END_TEST

START_TEST(test_names_that_collide_get_numbers) {
    const Folder folder;
    const auto segments =
        record(kVideo + std::string("recordsink segment-duration=1000 location=") + folder.path() + "/a.mp4");
    const std::vector<std::string> expected = {folder / "a.mp4", folder / "a-2.mp4", folder / "a-3.mp4"};
    ck_assert(segments == expected);
}
END_TEST

namespace {

// Pictures that are all key frames, or none, and the end.
void play_to_end(GstPad *pad, int pictures) {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    ck_assert(gst_pad_push_event(pad, gst_event_new_segment(&segment)));
    for (int i = 0; i < pictures; i++) {
        GstBuffer *buffer = gst_buffer_new_allocate(nullptr, 100, nullptr);
        GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = static_cast<GstClockTime>(i) * GST_SECOND / 10;
        GST_BUFFER_DURATION(buffer) = GST_SECOND / 10;
        ck_assert_int_eq(gst_pad_push(pad, buffer), GST_FLOW_OK);
    }
    ck_assert(gst_pad_push_event(pad, gst_event_new_eos()));
}

// A pad of the recordsink, and the one that is linked to it.
class HandFedPad {
public:
    explicit HandFedPad(GstElement *sink)
        : sink_(sink),
          pad_(Ref<GstPad>::adopt(gst_element_request_pad_simple(sink, "sink_%u"))),
          source_(Ref<GstPad>::sink(gst_pad_new("src", GST_PAD_SRC))) {
        gst_pad_set_active(source_.get(), TRUE);
        ck_assert_int_eq(gst_pad_link(source_.get(), pad_.get()), GST_PAD_LINK_OK);
    }
    ~HandFedPad() { gst_element_release_request_pad(sink_, pad_.get()); }
    HandFedPad(const HandFedPad &) = delete;
    HandFedPad &operator=(const HandFedPad &) = delete;

    [[nodiscard]] GstPad *source() const { return source_.get(); }
    void begin() const {
        gst_pad_push_event(source(), gst_event_new_stream_start("camera"));
        const auto caps = Ref<GstCaps>::adopt(gst_caps_from_string("image/jpeg,width=64,height=64,framerate=10/1"));
        gst_pad_push_event(source(), gst_event_new_caps(caps.get()));
    }

private:
    GstElement *sink_;  // borrowed
    Ref<GstPad> pad_;
    Ref<GstPad> source_;
};

}  // namespace

// As when somebody seeks.

START_TEST(test_each_end_after_a_flush_is_told) {
    struct Case {
        bool has_location;
        bool has_clips;
    };
    for (const Case &c : {Case{true, false}, Case{false, true}, Case{true, true}}) {
        const Folder folder;
        const std::string line = "recordsink name=r format=mkv" +
                                 (c.has_location ? " location=" + folder.path() + "/%i.mkv" : "") +
                                 (c.has_clips ? " clip-location=" + folder.path() + "/%{event}.mkv" : "");
        const auto pipeline = Ref<GstElement>::sink(gst_pipeline_new(nullptr));
        GstElement *sink = gst_parse_launch(line.c_str(), nullptr);
        gst_bin_add(GST_BIN(pipeline.get()), sink);
        Messages messages(pipeline.get());
        const HandFedPad fed(sink);
        gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
        fed.begin();
        for (const int pictures : {5, 5, 0, 5}) {
            play_to_end(fed.source(), pictures);
            ck_assert_msg(messages.next(GST_MESSAGE_EOS, 10 * GST_SECOND), "%s, %d", line.c_str(), pictures);
            gst_pad_push_event(fed.source(), gst_event_new_flush_start());
            gst_pad_push_event(fed.source(), gst_event_new_flush_stop(TRUE));
        }
        ck_assert(!messages.next(GST_MESSAGE_EOS, 0));
        gst_element_set_state(pipeline.get(), GST_STATE_NULL);
        ck_assert_uint_eq(folder.files().size(), c.has_location ? 3 : 0);
    }
}
END_TEST

START_TEST(test_end_of_a_pad_that_takes_the_place_of_another_is_told) {
    const Folder folder;
    const auto pipeline = Ref<GstElement>::sink(gst_pipeline_new(nullptr));
    GstElement *sink =
        gst_parse_launch(("recordsink format=mkv location=" + folder.path() + "/%i.mkv").c_str(), nullptr);
    gst_bin_add(GST_BIN(pipeline.get()), sink);
    Messages messages(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    for (int turn = 0; turn < 3; turn++) {
        const HandFedPad fed(sink);
        fed.begin();
        play_to_end(fed.source(), 5);
        ck_assert_msg(messages.next(GST_MESSAGE_EOS, 10 * GST_SECOND), "%d", turn);
    }
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    ck_assert_uint_eq(folder.files().size(), 3);
}
END_TEST

namespace {

// The next segment that is, or is not, a clip.
Ref<GstMessage> next_segment(Messages &messages, bool clip) {
    while (auto message = messages.next(GST_MESSAGE_ELEMENT, 30 * GST_SECOND)) {
        const GstStructure *structure = gst_message_get_structure(message.get());
        if (gst_structure_has_name(structure, "segment") && gst_structure_has_field(structure, "event") == clip)
            return message;
    }
    ck_abort_msg("no segment");
}

}  // namespace

START_TEST(test_first_video_goes_on_where_a_second_one_is_refused) {
    const Folder folder;
    const std::string camera =
        "videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=30/1 "
        "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! ";
    const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(
        (camera + "recordsink name=r segment-duration=500 location=" + folder.path() + "/%i.mp4 " + camera + "r.")
            .c_str(),
        nullptr));
    Messages messages(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const std::string error = messages.next_error();
    ck_assert_msg(error.find("'sink_") != std::string::npos, "%s", error.c_str());
    (void)next_segment(messages, false);
    (void)next_segment(messages, false);
    const std::string warning = messages.next_warning(0);
    ck_assert_msg(warning.empty(), "%s", warning.c_str());
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}
END_TEST

namespace {

GstPadProbeReturn note_end(GstPad *, GstPadProbeInfo *info, gpointer ended) {
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS)
        *static_cast<std::atomic<bool> *>(ended) = true;
    return GST_PAD_PROBE_OK;
}

}  // namespace

START_TEST(test_video_on_another_pad_follows_what_has_ended) {
    const Folder folder;
    const auto pipeline = Ref<GstElement>::sink(
        gst_parse_launch((kVideo + std::string("recordsink name=r location=") + folder.path() +
                          "/%i.mp4 videotestsrc name=late num-buffers=60 ! x264enc speed-preset=ultrafast ! r.")
                             .c_str(),
                         nullptr));
    const auto sink = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "r"));
    const auto late = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "late"));
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(sink.get(), "sink_0"));
    std::atomic<bool> ended{false};
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note_end, &ended, nullptr);
    Messages messages(pipeline.get());
    gst_element_set_locked_state(late.get(), TRUE);
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    ck_assert(rtspcore::test::eventually([&] { return ended.load(); }));
    gst_element_set_locked_state(late.get(), FALSE);
    ck_assert(gst_element_sync_state_with_parent(late.get()));
    size_t segments = 0;
    const auto types =
        static_cast<GstMessageType>(GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
    auto message = messages.next(types, 30 * GST_SECOND);
    for (; message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ELEMENT; message = messages.next(types))
        segments += gst_message_has_name(message.get(), "segment") ? 1 : 0;
    ck_assert(message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS);
    ck_assert_uint_eq(segments, 2);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}
END_TEST

START_TEST(test_clip_of_a_live_stream_has_what_was_before_and_all_tracks) {
    const Folder folder;
    const auto pipeline = Ref<GstElement>::sink(
        gst_parse_launch(("recordsink name=r segment-duration=1000 pre-event=1 location=" + folder.path() +
                          "/%i.mp4 clip-location=" + folder.path() +
                          "/%{event}/%s.mp4 videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=30/1 "
                          "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! r. "
                          "audiotestsrc is-live=true ! opusenc ! r.")
                             .c_str(),
                         nullptr));
    const auto sink = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "r"));
    Messages messages(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    (void)next_segment(messages, false);
    (void)next_segment(messages, false);
    gboolean taken = FALSE;
    g_signal_emit_by_name(sink.get(), "start-event", "gate", 1u, &taken);
    ck_assert(taken);
    g_signal_emit_by_name(sink.get(), "stop-event", "gate", &taken);
    ck_assert(taken);
    const auto clip = next_segment(messages, true);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    const int64_t second = GST_SECOND;
    const int64_t told = time_of(clip, "event-start");
    ck_assert_int_le(time_of(clip, "start"), told - second);
    ck_assert_int_gt(time_of(clip, "start"), told - 2 * second);
    ck_assert_int_ge(time_of(clip, "end"), told + second * 9 / 10);
    ck_assert_int_lt(time_of(clip, "end"), told + 2 * second);
    const std::string location = gst_structure_get_string(gst_message_get_structure(clip.get()), "location");
    ck_assert(location.rfind(folder / "gate/", 0) == 0);
    std::string index;
    gchar *text = nullptr;
    ck_assert(g_file_get_contents((folder / "index.jsonl").c_str(), &text, nullptr, nullptr));
    index = text;
    g_free(text);
    const size_t line = index.find("\"event\":\"gate\"");
    ck_assert(line != std::string::npos);
    ck_assert(index.find("[\"video/x-h264\",\"audio/x-opus\"]", line) != std::string::npos);
}
END_TEST

START_TEST(test_events_alone_need_no_location_and_leave_nothing_without_one) {
    const Folder folder;
    ck_assert_uint_eq(
        record(kVideo + std::string("recordsink clip-location=") + folder.path() + "/%{event}.mp4").size(), 0);
    ck_assert(!g_file_test((folder / "index.jsonl").c_str(), G_FILE_TEST_EXISTS));
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "record",
        {test_segments_are_cut_in_each_format, test_bytes_bound_segments, test_sound_alone_is_recorded,
         test_new_caps_begin_a_new_segment, test_names_that_collide_get_numbers, test_each_end_after_a_flush_is_told,
         test_end_of_a_pad_that_takes_the_place_of_another_is_told, test_video_on_another_pad_follows_what_has_ended,
         test_first_video_goes_on_where_a_second_one_is_refused,
         test_clip_of_a_live_stream_has_what_was_before_and_all_tracks,
         test_events_alone_need_no_location_and_leave_nothing_without_one});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib/gstdio.h>

#include <cinttypes>
#include <string>
#include <vector>

#include "../messages.h"
#include "../suite.h"

using rtspcore::Ref;
using rtspsink::test::Messages;

namespace {

constexpr const char *kVideo =
    "videotestsrc num-buffers=90 ! video/x-raw,width=64,height=64,framerate=30/1 "
    "! x264enc speed-preset=ultrafast key-int-max=30 ! ";

std::string make_folder() {
    char name[] = "/tmp/recordsink-test-XXXXXX";
    ck_assert(g_mkdtemp(name) != nullptr);
    return name;
}

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

std::string first_error(const std::string &line) {
    const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(line.c_str(), nullptr));
    Messages messages(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const std::string text = messages.next_error();
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return text;
}

}  // namespace

START_TEST(test_segments_are_cut_in_each_format) {
    for (const std::string format : {"mp4", "ts", "mkv"}) {
        const std::string folder = make_folder();
        const auto segments =
            record(kVideo + std::string("recordsink name=r segment-duration=1000 format=") + format +
                   " location=" + folder + "/%Y/%i." + format + " audiotestsrc num-buffers=130 ! opusenc ! r.");
        ck_assert_msg(segments.size() == 3, "%s: %zu", format.c_str(), segments.size());
        ck_assert(g_file_test((folder + "/index.jsonl").c_str(), G_FILE_TEST_EXISTS));
    }
}
END_TEST

START_TEST(test_bytes_bound_segments) {
    const auto segments = record(kVideo + std::string("recordsink segment-bytes=20000 segment-duration=0 location=") +
                                 make_folder() + "/%i.mp4");
    ck_assert_uint_gt(segments.size(), 1);
}
END_TEST

START_TEST(test_sound_alone_is_recorded) {
    const auto segments =
        record("audiotestsrc num-buffers=100 ! opusenc ! recordsink location=" + make_folder() + "/a.mp4");
    ck_assert_uint_eq(segments.size(), 1);
}
END_TEST

START_TEST(test_new_caps_begin_a_new_segment) {
    const auto segments = record(
        "concat name=c ! recordsink location=" + make_folder() + "/%i.mp4 " + kVideo +
        "h264parse ! c. videotestsrc num-buffers=60 ! video/x-raw,width=128,height=96 ! x264enc ! h264parse ! c.");
    ck_assert_uint_eq(segments.size(), 2);
}
END_TEST

START_TEST(test_names_that_collide_get_numbers) {
    const std::string folder = make_folder();
    const auto segments =
        record(kVideo + std::string("recordsink segment-duration=1000 location=") + folder + "/a.mp4");
    const std::vector<std::string> expected = {folder + "/a.mp4", folder + "/a-2.mp4", folder + "/a-3.mp4"};
    ck_assert(segments == expected);
}
END_TEST

START_TEST(test_what_cannot_be_recorded_is_refused_with_what_to_do) {
    struct Case {
        const char *line;
        const char *word;
    };
    constexpr Case kCases[] = {
        {"videotestsrc ! recordsink location=/tmp/x.mp4", "x264enc"},
        {"audiotestsrc ! recordsink location=/tmp/x.mp4", "opusenc"},
        {"audiotestsrc ! audioresample ! alawenc ! recordsink location=/tmp/x.mp4", "format=mkv"},
        {"fakesrc ! meta/x-klv,parsed=true ! recordsink location=/tmp/x.mp4", "format=ts"},
        {"fakesrc ! text/x-raw,format=utf8 ! recordsink format=ts location=/tmp/x.ts", "format=mkv"},
        {"videotestsrc ! x264enc ! recordsink", "location"},
        {"videotestsrc ! x264enc ! recordsink clip-location=/tmp/%Y/../%{event}.mp4", "'..'"},
        {"videotestsrc ! x264enc ! recordsink clip-location=/tmp/%{name}.mp4", "clip-location"},
        {"videotestsrc ! x264enc ! recordsink location=/tmp/%Y/../x.mp4", "'..'"},
    };
    for (const Case &c : kCases) {
        const std::string error = first_error(c.line);
        ck_assert_msg(error.find(c.word) != std::string::npos, "%s: %s", c.line, error.c_str());
    }
}
END_TEST

START_TEST(test_a_folder_that_cannot_be_made_stops_nothing_unless_asked) {
    const std::string line =
        "videotestsrc is-live=true ! video/x-raw,width=64,height=64 ! x264enc tune=zerolatency "
        "! recordsink location=/proc/none/%i.mp4 ";
    ck_assert(first_error(line + "on-error=error").find("/proc/none/0.mp4") != std::string::npos);
    const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(line.c_str(), nullptr));
    Messages messages(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    ck_assert(messages.next_warning().find("/proc/none/0.mp4") != std::string::npos);
    ck_assert(messages.next_error(0).empty());
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
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

int64_t time_of(const Ref<GstMessage> &segment, const char *field) {
    int64_t time = 0;
    ck_assert(gst_structure_get_int64(gst_message_get_structure(segment.get()), field, &time));
    return time;
}

}  // namespace

START_TEST(test_clip_of_a_live_stream_has_what_was_before_and_all_tracks) {
    const std::string folder = make_folder();
    const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(
        ("recordsink name=r segment-duration=1000 pre-event=1 location=" + folder + "/%i.mp4 clip-location=" + folder +
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
    ck_assert(location.rfind(folder + "/gate/", 0) == 0);
    std::string index;
    gchar *text = nullptr;
    ck_assert(g_file_get_contents((folder + "/index.jsonl").c_str(), &text, nullptr, nullptr));
    index = text;
    g_free(text);
    const size_t line = index.find("\"event\":\"gate\"");
    ck_assert(line != std::string::npos);
    ck_assert(index.find("[\"video/x-h264\",\"audio/x-opus\"]", line) != std::string::npos);
}
END_TEST

namespace {

constexpr int kPictures = 90;
constexpr GstClockTime kDay = 86400 * GST_SECOND;

struct Stamps {
    const char *what;
    void (*change)(GstBuffer *buffer, int number);
    uint64_t holes;
    int number = 0;
};

void move_stamps(GstBuffer *buffer, GstClockTime by) {
    GST_BUFFER_PTS(buffer) += by;
    GST_BUFFER_DTS(buffer) += by;
}

GstPadProbeReturn change_stamps(GstPad *, GstPadProbeInfo *info, gpointer data) {
    auto *stamps = static_cast<Stamps *>(data);
    info->data = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    stamps->change(GST_PAD_PROBE_INFO_BUFFER(info), stamps->number++);
    return GST_PAD_PROBE_OK;
}

uint64_t unsigned_field(const GstStructure *structure, const char *field) {
    guint64 value = 0;
    ck_assert(gst_structure_get_uint64(structure, field, &value));
    return value;
}

}  // namespace

START_TEST(test_stamps_that_jump_or_miss_give_files_as_long_as_the_stream) {
    Stamps cases[] = {
        {"back", [](GstBuffer *b, int n) { move_stamps(b, n < 60 ? kDay : 0); }, 1},
        {"forwards", [](GstBuffer *b, int n) { move_stamps(b, n < 45 ? 0 : kDay); }, 1},
        {"there and back", [](GstBuffer *b, int n) { move_stamps(b, n == 40 ? kDay : 0); }, 2},
        {"missing",
         [](GstBuffer *b, int n) {
             GST_BUFFER_PTS(b) = GST_BUFFER_DTS(b) = n % 3 ? GST_CLOCK_TIME_NONE : GST_BUFFER_PTS(b);
         },
         0},
        {"none", [](GstBuffer *b, int) { GST_BUFFER_PTS(b) = GST_BUFFER_DTS(b) = GST_CLOCK_TIME_NONE; }, 0},
        {"all the same", [](GstBuffer *b, int) { GST_BUFFER_PTS(b) = GST_BUFFER_DTS(b) = 0; }, 0},
    };
    for (Stamps &c : cases) {
        const auto pipeline = Ref<GstElement>::sink(
            gst_parse_launch((kVideo + std::string("h264parse ! recordsink name=r segment-duration=1000 location=") +
                              make_folder() + "/%i.mp4")
                                 .c_str(),
                             nullptr));
        const auto sink = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "r"));
        const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(sink.get(), "sink_0"));
        gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, change_stamps, &c, nullptr);
        Messages messages(pipeline.get());
        gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
        int64_t length = 0;
        uint64_t holes = 0;
        const auto types = static_cast<GstMessageType>(GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
        for (auto message = messages.next(types); GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_EOS;
             message = messages.next(types)) {
            ck_assert_msg(message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ELEMENT, "%s", c.what);
            const GstStructure *structure = gst_message_get_structure(message.get());
            if (!gst_structure_has_name(structure, "segment"))
                continue;
            length += time_of(message, "end") - time_of(message, "start");
            holes += unsigned_field(structure, "holes");
        }
        gst_element_set_state(pipeline.get(), GST_STATE_NULL);
        ck_assert_int_eq(c.number, kPictures);
        ck_assert_msg(holes == c.holes, "%s: %" PRIu64 " holes", c.what, holes);
        if (std::string(c.what) != "all the same")
            ck_assert_msg(std::abs(length - 3 * static_cast<int64_t>(GST_SECOND)) < 200 * 1000 * 1000, "%s: %" PRId64,
                          c.what, length);
    }
}
END_TEST

START_TEST(test_events_alone_need_no_location_and_leave_nothing_without_one) {
    const std::string folder = make_folder();
    ck_assert_uint_eq(record(kVideo + std::string("recordsink clip-location=") + folder + "/%{event}.mp4").size(), 0);
    ck_assert(!g_file_test((folder + "/index.jsonl").c_str(), G_FILE_TEST_EXISTS));
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "record",
        {test_segments_are_cut_in_each_format, test_bytes_bound_segments, test_sound_alone_is_recorded,
         test_new_caps_begin_a_new_segment, test_names_that_collide_get_numbers,
         test_what_cannot_be_recorded_is_refused_with_what_to_do,
         test_a_folder_that_cannot_be_made_stops_nothing_unless_asked,
         test_clip_of_a_live_stream_has_what_was_before_and_all_tracks,
         test_stamps_that_jump_or_miss_give_files_as_long_as_the_stream,
         test_events_alone_need_no_location_and_leave_nothing_without_one});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdlib>
#include <string>
#include <vector>

#include "../suite.h"
#include "folder.h"
#include "recording.h"

using recordsink::test::Folder;
using recordsink::test::kEncoder;
using recordsink::test::Recording;
using recordsink::test::text;
using recordsink::test::time_of;
using rtspcore::Ref;

namespace {

// A minute that takes less, since nothing here is live.
void check_aligned(const std::string &encoder) {
    const Folder folder;
    Recording recording("videotestsrc num-buffers=1500 ! video/x-raw,width=64,height=64,framerate=25/1 ! " + encoder +
                        " ! recordsink name=r align=true segment-duration=10000 queue-duration=100 location=" +
                        folder.path() + "/%s-%3f.mp4");
    std::vector<gint64> starts;
    std::vector<std::string> reasons;
    while (const auto message = recording.next("segment")) {
        starts.push_back(time_of(message, "start"));
        reasons.push_back(text(message, "reason"));
    }
    ck_assert_uint_ge(starts.size(), 6);
    // The encoder is past a multiple that comes with the first pictures before it is asked for a key frame.
    const bool is_first_late = starts[0] % (10 * GST_SECOND) > 9'500'000'000;
    for (size_t i = is_first_late ? 2 : 1; i < starts.size(); i++) {
        const gint64 off = starts[i] % (10 * GST_SECOND);
        ck_assert_msg(off < 60'000'000 || off > 9'980'000'000, "%zu begins %" G_GINT64_FORMAT " ns off", i, off);
        ck_assert(reasons[i - 1] == "aligned");
    }
    ck_assert(reasons.back() == "end");
}

}  // namespace

START_TEST(test_aligned_segments_begin_at_multiples_in_utc) {
    check_aligned("x264enc tune=zerolatency speed-preset=ultrafast key-int-max=100000");
}
END_TEST

START_TEST(test_aligned_segments_of_pictures_that_change_places) {
    check_aligned("x264enc speed-preset=ultrafast rc-lookahead=0 bframes=3 b-adapt=false key-int-max=100000");
}
END_TEST

namespace {

constexpr gint64 kCaptured = 1'700'000'000 * static_cast<gint64>(GST_SECOND);  // of what is shown at 0

struct Reference {
    const char *caps;
    gint64 epoch;  // before 1970
    bool lent;     // of a pool, which wants its buffers back
};

Ref<GstBuffer> lent_copy(GstBuffer *buffer) {
    const auto pool = Ref<GstBufferPool>::adopt(gst_buffer_pool_new());
    GstStructure *config = gst_buffer_pool_get_config(pool.get());
    gst_buffer_pool_config_set_params(config, nullptr, 1, 0, 0);
    ck_assert(gst_buffer_pool_set_config(pool.get(), config));
    gst_buffer_pool_set_active(pool.get(), TRUE);
    GstBuffer *copy = nullptr;
    ck_assert_int_eq(gst_buffer_pool_acquire_buffer(pool.get(), &copy, nullptr), GST_FLOW_OK);
    const auto parts =
        static_cast<GstBufferCopyFlags>(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS | GST_BUFFER_COPY_MEMORY);
    ck_assert(gst_buffer_copy_into(copy, buffer, parts, 0, G_MAXSIZE));
    return Ref<GstBuffer>::adopt(copy);
}

GstPadProbeReturn add_reference(GstPad *pad, GstPadProbeInfo *info, gpointer data) {
    const auto &reference = *static_cast<const Reference *>(data);
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    if (reference.lent) {
        GstBuffer *copy = lent_copy(buffer).release();
        gst_buffer_unref(buffer);
        buffer = copy;
    }
    const auto event = Ref<GstEvent>::adopt(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
    const GstSegment *segment = nullptr;
    gst_event_parse_segment(event.get(), &segment);
    const auto time =
        static_cast<gint64>(gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer)));
    const auto caps = Ref<GstCaps>::adopt(gst_caps_new_empty_simple(reference.caps));
    gst_buffer_add_reference_timestamp_meta(
        buffer, caps.get(), static_cast<GstClockTime>(kCaptured + reference.epoch + time), GST_CLOCK_TIME_NONE);
    info->data = buffer;
    return GST_PAD_PROBE_OK;
}

}  // namespace

START_TEST(test_segments_begin_at_the_reference_time_of_their_first_picture) {
    constexpr gint64 kFrom1900 = 2'208'988'800 * static_cast<gint64>(GST_SECOND);
    Reference cases[] = {
        {"timestamp/x-unix", 0, false},
        {"timestamp/x-unix", 0, true},
        {"timestamp/x-ntp", kFrom1900, false},
        {"timestamp/x-ntp", kFrom1900, true},
    };
    for (Reference &c : cases) {
        const Folder folder;
        // Without a parser, so that what comes is what the probe makes.
        Recording recording(
            "videotestsrc num-buffers=30 pattern=snow ! video/x-raw,width=64,height=64 ! jpegenc ! identity "
            "name=camera "
            "! recordsink name=r format=mkv location=" +
                folder.path() + "/%i.mkv",
            [&](GstElement *pipeline) {
                const auto camera = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), "camera"));
                const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(camera.get(), "src"));
                gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, add_reference, &c, nullptr);
            });
        const auto segment = recording.next("segment");
        ck_assert(segment);
        ck_assert_msg(time_of(segment, "start") == kCaptured, "%s%s: %" G_GINT64_FORMAT, c.caps, c.lent ? ", lent" : "",
                      time_of(segment, "start"));
    }
}
END_TEST

namespace {

constexpr gint64 kPause = 6 * static_cast<gint64>(GST_SECOND);
constexpr GstClockTime kBeforePause = GST_SECOND;

// As after a pause: running time stands still, and time goes on.
GstPadProbeReturn add_pause(GstPad *, GstPadProbeInfo *info, gpointer) {
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    const GstClockTime time = GST_BUFFER_PTS(buffer);
    const gint64 captured = kCaptured + static_cast<gint64>(time) + (time >= kBeforePause ? kPause : 0);
    const auto caps = Ref<GstCaps>::adopt(gst_caps_new_empty_simple("timestamp/x-unix"));
    gst_buffer_add_reference_timestamp_meta(buffer, caps.get(), static_cast<GstClockTime>(captured),
                                            GST_CLOCK_TIME_NONE);
    info->data = buffer;
    return GST_PAD_PROBE_OK;
}

}  // namespace

START_TEST(test_times_of_segments_are_those_of_their_own_pictures_around_a_pause) {
    constexpr gint64 kSegment = 400'000'000;
    const Folder folder;
    Recording recording(
        "videotestsrc name=camera num-buffers=50 ! video/x-raw,width=64,height=64,framerate=25/1 ! x264enc "
        "tune=zerolatency speed-preset=ultrafast key-int-max=10 ! recordsink name=r segment-duration=400 location=" +
            folder.path() + "/%i.mp4",
        [&](GstElement *pipeline) {
            const auto camera = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), "camera"));
            const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(camera.get(), "src"));
            gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, add_pause, nullptr, nullptr);
        });
    gint64 number = 0;
    while (const auto segment = recording.next("segment")) {
        const gint64 begin = number * kSegment;
        const gint64 end = begin + kSegment;
        const auto pause_before = static_cast<gint64>(kBeforePause);
        const gint64 started = time_of(segment, "start") - kCaptured - (begin >= pause_before ? kPause : 0);
        const gint64 ended = time_of(segment, "end") - kCaptured - (end > pause_before ? kPause : 0);
        ck_assert_int_lt(std::abs(started - begin), 1'000'000);
        ck_assert_int_lt(std::abs(ended - end), 1'000'000);
        number++;
    }
    ck_assert_int_eq(number, 5);
}
END_TEST

// The clock and the base time are those of the run before until it plays.
START_TEST(test_second_run_is_of_its_own_time) {
    const Folder folder;
    Recording recording("videotestsrc num-buffers=500 " + std::string(kEncoder) +
                        "25 ! recordsink name=r segment-duration=10000 location=" + folder.path() + "/%i.mp4");
    while (recording.next("segment")) {
    }
    recording.set_state(GST_STATE_READY);
    const gint64 begun = g_get_real_time() * 1000;
    recording.set_state(GST_STATE_PAUSED);
    const auto segment = recording.next("segment");
    ck_assert(segment);
    ck_assert_int_ge(time_of(segment, "start"), begun);
}
END_TEST

namespace {

constexpr int kPictures = 90;
constexpr GstClockTime kDay = 86400 * GST_SECOND;
constexpr GstClockTime kLittle = 300 * GST_MSECOND;

struct Stamps {
    const char *what;
    void (*change)(GstBuffer *buffer, int number);
    guint64 holes;
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

}  // namespace

START_TEST(test_stamps_that_jump_or_miss_give_files_as_long_as_the_stream) {
    Stamps cases[] = {
        {"back", [](GstBuffer *b, int n) { move_stamps(b, n < 60 ? kDay : 0); }, 1},
        {"forwards", [](GstBuffer *b, int n) { move_stamps(b, n < 45 ? 0 : kDay); }, 1},
        {"there and back", [](GstBuffer *b, int n) { move_stamps(b, n == 40 ? kDay : 0); }, 2},
        {"a little back, at a key frame", [](GstBuffer *b, int n) { move_stamps(b, n < 30 ? 0 : -kLittle); }, 0},
        {"a little back, without decoding times",
         [](GstBuffer *b, int n) {
             GST_BUFFER_PTS(b) -= n < 30 ? 0 : kLittle;
             GST_BUFFER_DTS(b) = GST_CLOCK_TIME_NONE;
         },
         0},
        {"missing",
         [](GstBuffer *b, int n) {
             GST_BUFFER_PTS(b) = GST_BUFFER_DTS(b) = n % 3 ? GST_CLOCK_TIME_NONE : GST_BUFFER_PTS(b);
         },
         0},
        {"none", [](GstBuffer *b, int) { GST_BUFFER_PTS(b) = GST_BUFFER_DTS(b) = GST_CLOCK_TIME_NONE; }, 0},
        {"all the same", [](GstBuffer *b, int) { GST_BUFFER_PTS(b) = GST_BUFFER_DTS(b) = 0; }, 0},
    };
    for (Stamps &c : cases) {
        const Folder folder;
        Recording recording(
            "videotestsrc num-buffers=90 ! video/x-raw,width=64,height=64,framerate=30/1 ! x264enc "
            "speed-preset=ultrafast key-int-max=30 ! h264parse ! recordsink name=r segment-duration=1000 location=" +
                folder.path() + "/%i.mp4",
            [&](GstElement *pipeline) {
                const auto sink = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), "r"));
                const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(sink.get(), "sink_0"));
                gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, change_stamps, &c, nullptr);
            });
        gint64 length = 0;
        while (const auto segment = recording.next("segment"))
            length += time_of(segment, "end") - time_of(segment, "start");
        const guint64 holes = recording.count("holes");
        ck_assert_int_eq(c.number, kPictures);
        ck_assert_uint_eq(recording.count("outages"), 0);
        ck_assert_msg(holes == c.holes, "%s: %" G_GUINT64_FORMAT " holes", c.what, holes);
        if (std::string(c.what) != "all the same")
            ck_assert_msg(std::abs(length - 3 * static_cast<gint64>(GST_SECOND)) < 350 * 1000 * 1000,
                          "%s: %" G_GINT64_FORMAT, c.what, length);
    }
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "segment_times",
        {test_aligned_segments_begin_at_multiples_in_utc, test_aligned_segments_of_pictures_that_change_places,
         test_segments_begin_at_the_reference_time_of_their_first_picture,
         test_times_of_segments_are_those_of_their_own_pictures_around_a_pause, test_second_run_is_of_its_own_time,
         test_stamps_that_jump_or_miss_give_files_as_long_as_the_stream});
}

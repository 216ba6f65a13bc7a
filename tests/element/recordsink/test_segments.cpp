// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/video/video.h>

#include <atomic>
#include <set>
#include <string>
#include <vector>

#include "../suite.h"
#include "folder.h"
#include "recording.h"
#include "support/deadline.h"

using recordsink::test::exists;
using recordsink::test::Folder;
using recordsink::test::kEncoder;
using recordsink::test::lines_of;
using recordsink::test::Recording;
using recordsink::test::text;
using recordsink::test::time_of;
using rtspcore::Ref;

// Nobody else asks for key frames here.
START_TEST(test_split_now_cuts_at_a_key_frame_that_it_asks_for) {
    const Folder folder;
    Recording recording("videotestsrc is-live=true " + std::string(kEncoder) +
                        "100000 ! recordsink name=r fragment-duration=100 location=" + folder.path() + "/%i.mp4");
    ck_assert(rtspcore::test::eventually([&] { return exists(folder / "0.mp4.part"); }));
    g_signal_emit_by_name(recording.sink().get(), "split-now");
    const auto message = recording.next("segment");
    ck_assert(message);
    ck_assert(text(message, "reason") == "signal");
    ck_assert(exists(folder / "0.mp4"));
}
END_TEST

namespace {

// The first key frame is the last.
GstPadProbeReturn drop_other_keys(GstPad *, GstPadProbeInfo *info, gpointer keys) {
    const bool is_key = !GST_BUFFER_FLAG_IS_SET(GST_PAD_PROBE_INFO_BUFFER(info), GST_BUFFER_FLAG_DELTA_UNIT);
    if (is_key && ++*static_cast<int *>(keys) > 1)
        return GST_PAD_PROBE_DROP;
    return GST_PAD_PROBE_OK;
}

// Of requests for a key frame, those that are not for a time to come.
GstPadProbeReturn count_requests(GstPad *, GstPadProbeInfo *info, gpointer requests) {
    GstClockTime time = 0;
    if (gst_video_event_parse_upstream_force_key_unit(GST_PAD_PROBE_INFO_EVENT(info), &time, nullptr, nullptr) &&
        !GST_CLOCK_TIME_IS_VALID(time))
        ++*static_cast<std::atomic<int> *>(requests);
    return GST_PAD_PROBE_OK;
}

}  // namespace

START_TEST(test_end_before_a_key_frame_came_after_an_outage_gives_no_segment) {
    const Folder folder;
    recordsink::test::write_text(folder / "rec", "in the way of a folder");
    int keys = 0;
    std::atomic<int> requests{0};
    Recording recording("videotestsrc is-live=true " + std::string(kEncoder) +
                            "10 ! recordsink name=r location=" + folder.path() + "/rec/%i.mp4",
                        [&](GstElement *pipeline) {
                            const auto sink = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), "r"));
                            const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(sink.get(), "sink_0"));
                            gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, drop_other_keys, &keys, nullptr);
                            gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, count_requests, &requests,
                                              nullptr);
                        });
    ck_assert(recording.next("outage"));
    ck_assert(std::filesystem::remove(folder / "rec"));
    ck_assert(recording.next("hole"));  // of what could not be written
    // And one up to the next key frame, which goes on.
    ck_assert(rtspcore::test::eventually([&] { return recording.count("holes") >= 2; }));
    ck_assert_int_ge(requests, 1);
    recording.end();
    ck_assert(!recording.next("segment"));
    ck_assert(folder.files().empty());
}
END_TEST

START_TEST(test_stop_without_eos_is_told_as_such) {
    const Folder folder;
    Recording recording("videotestsrc is-live=true " + std::string(kEncoder) +
                        "10 ! recordsink name=r segment-duration=400 location=" + folder.path() + "/%i.mp4");
    ck_assert(recording.next("segment"));
    recording.stop();
    const std::string last = lines_of(folder / "index.jsonl").back();
    ck_assert_msg(last.find(R"("reason":"stop")") != std::string::npos, "%s", last.c_str());
}
END_TEST

namespace {

// All but the end of a stream passes.
GstPadProbeReturn hold_end(GstPad *, GstPadProbeInfo *info, gpointer has_come) {
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_EOS)
        return GST_PAD_PROBE_OK;
    *static_cast<std::atomic<bool> *>(has_come) = true;
    return GST_PAD_PROBE_DROP;
}

}  // namespace

START_TEST(test_stop_writes_what_is_queued_behind_new_caps) {
    constexpr int kParts = 8;
    const Folder folder;
    std::string line = "concat name=c ! recordsink name=r format=mkv location=" + folder.path() + "/%i.mkv";
    for (int part = 0; part < kParts; part++)
        line += " videotestsrc num-buffers=5 ! video/x-raw,height=64,width=" + std::to_string(64 + part * 16) +
                " ! jpegenc ! c.";
    std::atomic<bool> has_come{false};
    Recording recording(line, [&](GstElement *pipeline) {
        const auto concat = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), "c"));
        const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(concat.get(), "src"));
        gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, hold_end, &has_come, nullptr);
    });
    ck_assert(rtspcore::test::eventually([&] { return has_come.load(); }));
    recording.stop();
    const auto lines = lines_of(folder / "index.jsonl");
    ck_assert_uint_eq(lines.size(), kParts);
    ck_assert_msg(lines.back().find(R"("reason":"stop")") != std::string::npos, "%s", lines.back().c_str());
}
END_TEST

START_TEST(test_index_tells_camera_mapping_and_each_key_frame) {
    const Folder folder;
    {
        Recording recording(
            "videotestsrc num-buffers=50 ! video/x-raw,width=64,height=64,framerate=25/1 ! x264enc key-int-max=10 "
            "bframes=0 ! video/x-h264,mapping=/stream1 ! h264parse ! recordsink name=r camera=door location=" +
            folder.path() + "/%N/%o.mp4");
        ck_assert(recording.next("segment"));
        ck_assert(!recording.next("segment"));
    }
    ck_assert(exists(folder / "door/stream1.mp4"));
    const auto lines = lines_of(folder / "index.jsonl");
    ck_assert_uint_eq(lines.size(), 1);
    for (const char *part : {R"({"name":"door/stream1.mp4","camera":"door","mapping":"/stream1","start":")",
                             R"("key_frames":5,"key_offsets":[0,400,800,1200,1600],"holes":0,)"})
        ck_assert_msg(lines[0].find(part) != std::string::npos, "%s", lines[0].c_str());
}
END_TEST

START_TEST(test_new_caps_of_sound_begin_a_segment_with_both_tracks) {
    const Folder folder;
    Recording recording(
        "videotestsrc num-buffers=150 ! video/x-raw,width=64,height=64,framerate=25/1 ! x264enc tune=zerolatency "
        "speed-preset=ultrafast key-int-max=10 ! recordsink name=r location=" +
        folder.path() +
        "/%i.mp4 concat name=c ! r. "
        "audiotestsrc num-buffers=150 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! opusenc ! c. "
        "audiotestsrc num-buffers=150 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 ! opusenc ! c.");
    std::vector<std::string> reasons;
    gint64 length = 0;
    while (const auto message = recording.next("segment")) {
        reasons.push_back(text(message, "reason"));
        length += time_of(message, "end") - time_of(message, "start");
    }
    ck_assert(reasons == std::vector<std::string>({"caps", "end"}));
    ck_assert_int_lt(std::abs(length - 6 * static_cast<gint64>(GST_SECOND)), 100 * 1000 * 1000);
    ck_assert_uint_eq(recording.count("holes"), 0);
    for (const std::string &line : lines_of(folder / "index.jsonl"))
        ck_assert_msg(line.find(R"(["video/x-h264","audio/x-opus"])") != std::string::npos, "%s", line.c_str());
}
END_TEST

START_TEST(test_old_segments_go_and_the_index_agrees) {
    const Folder folder;
    Recording recording(
        "videotestsrc num-buffers=750 ! video/x-raw,width=64,height=64,framerate=25/1 ! x264enc "
        "speed-preset=ultrafast key-int-max=25 ! recordsink name=r segment-duration=1000 max-total-bytes=60000 "
        "location=" +
        folder.path() + "/%M/%i.mp4");
    while (recording.next("segment")) {
    }
    recording.stop();
    const auto names = folder.files();
    guint64 bytes = 0;
    std::set<std::string> listed;
    for (const std::string &line : lines_of(folder / "index.jsonl")) {
        const std::string name = line.substr(9, line.find('"', 9) - 9);
        listed.insert(name);
        bytes += std::filesystem::file_size(folder / name);
    }
    ck_assert(names == listed);
    ck_assert_uint_le(bytes, 60000);
    ck_assert_uint_gt(bytes, 0);
    ck_assert_uint_eq(recording.count("removed-segments"), recording.count("segments") - listed.size());
}
END_TEST

START_TEST(test_a_command_follows_each_segment_and_one_that_hangs_holds_nothing_up) {
    const Folder folder;
    const std::string source =
        "videotestsrc num-buffers=125 ! video/x-raw,width=64,height=64,framerate=25/1 ! x264enc "
        "speed-preset=ultrafast key-int-max=25 ! recordsink name=r segment-duration=1000 ";
    Recording recording(source + "location=" + folder.path() + "/a/%i.mp4 segment-command=\"mv -t " + folder.path() +
                        "\"");
    while (recording.next("segment")) {
    }
    recording.stop();
    ck_assert_uint_eq(recording.count("delivered"), 5);
    for (int number = 0; number < 5; number++)
        ck_assert(exists(folder / (std::to_string(number) + ".mp4")));
    Recording hanging(source + "location=" + folder.path() + "/b/%i.mp4 segment-command=\"sleep 1000 ;\"");
    while (hanging.next("segment")) {
    }
    ck_assert_uint_eq(hanging.count("segments"), 5);
    hanging.stop();
    ck_assert_uint_eq(hanging.count("undelivered"), 5);
}
END_TEST

namespace {

constexpr GstClockTime kOldPart = 2 * GST_SECOND;

// The first seconds were two hours ago; the rest is now.
GstPadProbeReturn make_old(GstPad *, GstPadProbeInfo *info, gpointer) {
    constexpr gint64 kAgo = 7200 * static_cast<gint64>(GST_SECOND);
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    const auto caps = Ref<GstCaps>::adopt(gst_caps_new_empty_simple("timestamp/x-unix"));
    const gint64 now = g_get_real_time() * 1000;
    const gint64 time = GST_BUFFER_PTS(buffer) < kOldPart ? now - kAgo : now;
    gst_buffer_add_reference_timestamp_meta(buffer, caps.get(), static_cast<GstClockTime>(time), GST_CLOCK_TIME_NONE);
    info->data = buffer;
    return GST_PAD_PROBE_OK;
}

void make_beginning_old(GstElement *pipeline) {
    const auto camera = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), "camera"));
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(camera.get(), "src"));
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, make_old, nullptr, nullptr);
}

}  // namespace

START_TEST(test_each_bound_of_retention_removes_what_exceeds_it) {
    struct Case {
        const char *bound;
        std::set<std::string> removed;
        const char *why;
    };
    const Case cases[] = {
        {"max-age=3600000", {"0.mkv", "1.mkv"}, "age"},
        {"max-age=36000000", {}, ""},
        // More than any disk has: all go.
        {"min-free-bytes=4611686018427387904", {"0.mkv", "1.mkv", "2.mkv", "3.mkv"}, "free"},
        {"min-free-bytes=1", {}, ""},
    };
    for (const Case &c : cases) {
        const Folder folder;
        Recording recording(
            "videotestsrc num-buffers=100 ! video/x-raw,width=64,height=64,framerate=25/1 ! jpegenc ! identity "
            "name=camera ! recordsink name=r format=mkv segment-duration=1000 location=" +
                folder.path() + "/%i.mkv " + c.bound,
            make_beginning_old);
        bool ended = false;
        for (size_t told = 0; !ended || told < c.removed.size();) {
            const auto message = recording.next("removed");
            ck_assert_msg(message || !ended, "%s: %zu removed", c.bound, told);
            if (message)
                ck_assert(text(message, "bound") == c.why);
            told += message ? 1 : 0;
            ended = ended || !message;
        }
        recording.stop();
        const auto files = folder.files();
        for (const char *name : {"0.mkv", "1.mkv", "2.mkv", "3.mkv"})
            ck_assert_msg(files.count(name) + c.removed.count(name) == 1, "%s: %s", c.bound, name);
        ck_assert_uint_eq(recording.count("removed-segments"), c.removed.size());
        ck_assert_uint_eq(lines_of(folder / "index.jsonl").size(), 4 - c.removed.size());
    }
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "segments",
        {test_split_now_cuts_at_a_key_frame_that_it_asks_for,
         test_end_before_a_key_frame_came_after_an_outage_gives_no_segment, test_stop_without_eos_is_told_as_such,
         test_stop_writes_what_is_queued_behind_new_caps, test_index_tells_camera_mapping_and_each_key_frame,
         test_new_caps_of_sound_begin_a_segment_with_both_tracks, test_old_segments_go_and_the_index_agrees,
         test_a_command_follows_each_segment_and_one_that_hangs_holds_nothing_up,
         test_each_bound_of_retention_removes_what_exceeds_it});
}

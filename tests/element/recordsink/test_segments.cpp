// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>
#include <vector>

#include "../messages.h"
#include "../suite.h"
#include "folder.h"

using recordsink::test::exists;
using recordsink::test::Folder;
using recordsink::test::read_text;
using rtspcore::Ref;
using rtspsink::test::Messages;

namespace {

// Key frames come only where they are asked for.
constexpr const char *kEncoder =
    "! video/x-raw,width=64,height=64,framerate=25/1 ! x264enc tune=zerolatency speed-preset=ultrafast "
    "key-int-max=";

class Recording {
public:
    explicit Recording(const std::string &line)
        : pipeline_(Ref<GstElement>::sink(gst_parse_launch(line.c_str(), nullptr))), messages_(pipeline_.get()) {
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    }
    ~Recording() { stop(); }
    Recording(const Recording &) = delete;
    Recording &operator=(const Recording &) = delete;

    void stop() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    [[nodiscard]] Ref<GstElement> sink() {
        return Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "r"));
    }
    // The next element message of this name; null when there is EOS, or none in time.
    Ref<GstMessage> next(const char *name, GstClockTime deadline = 30 * GST_SECOND) {
        const auto types = static_cast<GstMessageType>(GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
        while (auto message = messages_.next(types, deadline)) {
            if (GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_ELEMENT)
                break;
            if (gst_message_has_name(message.get(), name))
                return message;
        }
        return {};
    }
    [[nodiscard]] guint64 count(const char *name) {
        GstStructure *stats = nullptr;
        guint64 value = 0;
        g_object_get(sink().get(), "stats", &stats, nullptr);
        gst_structure_get_uint64(stats, name, &value);
        gst_structure_free(stats);
        return value;
    }

private:
    Ref<GstElement> pipeline_;
    Messages messages_;
};

std::string text(const Ref<GstMessage> &message, const char *field) {
    return gst_structure_get_string(gst_message_get_structure(message.get()), field);
}

gint64 time_of(const Ref<GstMessage> &message, const char *field) {
    gint64 time = 0;
    gst_structure_get_int64(gst_message_get_structure(message.get()), field, &time);
    return time;
}

std::vector<std::string> lines_of(const std::string &path) {
    std::vector<std::string> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

}  // namespace

// A minute that takes less, since nothing here is live.
START_TEST(test_aligned_segments_begin_at_multiples_in_utc) {
    const Folder folder;
    Recording recording("videotestsrc num-buffers=1500 " + std::string(kEncoder) +
                        "100000 ! recordsink name=r align=true segment-duration=10000 queue-duration=100 location=" +
                        folder.path() + "/%s-%3f.mp4");
    std::vector<gint64> starts;
    std::vector<std::string> reasons;
    while (const auto message = recording.next("segment")) {
        starts.push_back(time_of(message, "start"));
        reasons.push_back(text(message, "reason"));
    }
    ck_assert_uint_ge(starts.size(), 6);
    for (size_t i = 1; i < starts.size(); i++) {
        const gint64 off = starts[i] % (10 * GST_SECOND);
        ck_assert_msg(off < 60'000'000 || off > 9'980'000'000, "%zu begins %" G_GINT64_FORMAT " ns off", i, off);
        ck_assert(reasons[i - 1] == "aligned");
    }
    ck_assert(reasons.back() == "end");
}
END_TEST

// Nobody else asks for key frames here. The file ends when the GOP after the cut is whole, so one request is not
// enough.
START_TEST(test_split_now_cuts_at_a_key_frame_that_it_asks_for) {
    constexpr int kRequests = 100;
    const Folder folder;
    Recording recording("videotestsrc is-live=true " + std::string(kEncoder) +
                        "100000 ! recordsink name=r fragment-duration=100 location=" + folder.path() + "/%i.mp4");
    Ref<GstMessage> message;
    for (int i = 0; i < kRequests && !message; i++) {
        g_signal_emit_by_name(recording.sink().get(), "split-now");
        message = recording.next("segment", 300 * GST_MSECOND);
    }
    ck_assert(message);
    ck_assert(text(message, "reason") == "signal");
    ck_assert(exists(folder / "0.mp4"));
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

START_TEST(test_password_of_the_url_cannot_be_read) {
    const auto sink =
        Ref<GstElement>::sink(gst_parse_launch("recordsink segment-post=https://user:secret@host/hook?a=b@c", nullptr));
    g_autofree gchar *url = nullptr;
    g_object_get(sink.get(), "segment-post", &url, nullptr);
    ck_assert_str_eq(url, "https://host/hook?a=b@c");
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "segments",
        {test_aligned_segments_begin_at_multiples_in_utc, test_split_now_cuts_at_a_key_frame_that_it_asks_for,
         test_index_tells_camera_mapping_and_each_key_frame, test_new_caps_of_sound_begin_a_segment_with_both_tracks,
         test_old_segments_go_and_the_index_agrees,
         test_a_command_follows_each_segment_and_one_that_hangs_holds_nothing_up,
         test_password_of_the_url_cannot_be_read});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/check/gsttestclock.h>

#include <atomic>
#include <string>

#include "../messages.h"
#include "../suite.h"
#include "folder.h"
#include "support/deadline.h"

using recordsink::test::Folder;
using rtspcore::Ref;
using rtspcore::test::eventually;
using rtspsink::test::Messages;

namespace {

constexpr GstClockTime kPicture = GST_SECOND / 10;
constexpr gint64 kCaptured = 1'700'000'000 * static_cast<gint64>(GST_SECOND);  // of what is shown at 0
constexpr guint kMostClips = 16;

gboolean emit(const Ref<GstElement> &sink, const char *signal, const std::string &id) {
    gboolean taken = FALSE;
    if (std::string(signal) == "start-event")
        g_signal_emit_by_name(sink.get(), signal, id.c_str(), 0u, &taken);
    else
        g_signal_emit_by_name(sink.get(), signal, id.c_str(), &taken);
    return taken;
}

guint open_clips(const Ref<GstElement> &sink) {
    GstStructure *stats = nullptr;
    guint open = 0;
    g_object_get(sink.get(), "stats", &stats, nullptr);
    ck_assert(gst_structure_get_uint(stats, "clips", &open));
    gst_structure_free(stats);
    return open;
}

GstPadProbeReturn count(GstPad *, GstPadProbeInfo *, gpointer number) {
    (*static_cast<std::atomic<int> *>(number))++;
    return GST_PAD_PROBE_OK;
}

// Pictures that are all key frames, pushed by hand, by a clock that is turned by hand.
class Camera {
public:
    explicit Camera(const std::string &properties)
        : clock_(Ref<GstClock>::adopt(gst_test_clock_new())),
          pipeline_(Ref<GstElement>::sink(gst_parse_launch(
              ("appsrc name=source is-live=true format=time caps=image/jpeg,width=64,height=64,framerate=10/1 "
               "! recordsink name=r format=mkv " +
               properties)
                  .c_str(),
              nullptr))),
          messages_(pipeline_.get()) {
        gst_pipeline_use_clock(GST_PIPELINE(pipeline_.get()), clock_.get());
        const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(sink().get(), "sink_0"));
        gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, count, &came_, nullptr);
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    }
    ~Camera() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    Camera(const Camera &) = delete;
    Camera &operator=(const Camera &) = delete;

    [[nodiscard]] Ref<GstElement> sink() const { return named("r"); }
    void push(int pictures) {
        const auto source = named("source");
        const auto unix = Ref<GstCaps>::adopt(gst_caps_new_empty_simple("timestamp/x-unix"));
        for (int i = 0; i < pictures; i++, pushed_++) {
            const GstClockTime time = static_cast<GstClockTime>(pushed_) * kPicture;
            GstBuffer *buffer = gst_buffer_new_allocate(nullptr, 100, nullptr);
            GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = time;
            GST_BUFFER_DURATION(buffer) = kPicture;
            gst_buffer_add_reference_timestamp_meta(buffer, unix.get(), static_cast<GstClockTime>(kCaptured) + time,
                                                    GST_CLOCK_TIME_NONE);
            GstFlowReturn flow = GST_FLOW_ERROR;
            g_signal_emit_by_name(source.get(), "push-buffer", buffer, &flow);
            gst_buffer_unref(buffer);
            // One after the other: that the one before is in is sure only then.
            ck_assert(eventually([&] { return came_ == pushed_ + 1; }));
        }
    }
    void turn_clock(GstClockTime time) { gst_test_clock_set_time(GST_TEST_CLOCK(clock_.get()), time); }
    Ref<GstMessage> next_clip() {
        while (auto message = messages_.next(GST_MESSAGE_ELEMENT, 30 * GST_SECOND))
            if (gst_message_has_name(message.get(), "segment"))
                return message;
        ck_abort_msg("no clip");
    }

private:
    [[nodiscard]] Ref<GstElement> named(const char *name) const {
        return Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), name));
    }

    const Ref<GstClock> clock_;
    const Ref<GstElement> pipeline_;
    Messages messages_;
    std::atomic<int> came_{0};
    int pushed_ = 0;
};

gint64 time_of(const Ref<GstMessage> &segment, const char *field) {
    gint64 time = 0;
    ck_assert(gst_structure_get_int64(gst_message_get_structure(segment.get()), field, &time));
    return time;
}

}  // namespace

START_TEST(test_event_while_no_picture_comes_is_of_its_time_and_over_in_time) {
    struct Case {
        const char *what;
        GstClockTime when_pushed;  // by the clock; the stamps begin at 0
        GstClockTime later;        // when the event is
        GstClockTime dated;        // in the stamps' time
    };
    constexpr Case kCases[] = {
        {"none for long", 3 * GST_SECOND, 15 * GST_SECOND, 15 * GST_SECOND},
        {"none for a while", 3 * GST_SECOND, 5 * GST_SECOND, 5 * GST_SECOND},
        {"stamps of another clock", 1000 * GST_SECOND, 1012 * GST_SECOND,
         2 * GST_SECOND + 9 * kPicture + 12 * GST_SECOND},
    };
    for (const Case &c : kCases) {
        const Folder folder;
        Camera camera("pre-event=1 clip-location=" + folder.path() + "/%{event}.mkv");
        camera.turn_clock(c.when_pushed);
        camera.push(31);  // of which thirty are surely in
        camera.turn_clock(c.later);
        ck_assert(emit(camera.sink(), "start-event", "gate"));
        ck_assert(emit(camera.sink(), "stop-event", "gate"));
        const auto clip = camera.next_clip();
        const auto told = static_cast<GstClockTime>(time_of(clip, "event-start") - kCaptured);
        const GstClockTime off = told > c.dated ? told - c.dated : c.dated - told;
        ck_assert_msg(off <= kPicture, "%s: %" GST_TIME_FORMAT, c.what, GST_TIME_ARGS(told));
        ck_assert(eventually([&] { return open_clips(camera.sink()) == 0; }));
    }
}
END_TEST

START_TEST(test_events_without_a_stream_make_room_for_others) {
    const Folder folder;
    const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(
        ("fakesrc is-live=true num-buffers=1 ! fakesink recordsink name=r clip-location=" + folder.path() +
         "/%{event}.mp4")
            .c_str(),
        nullptr));
    const auto sink = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "r"));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    ck_assert_int_eq(gst_element_get_state(pipeline.get(), nullptr, nullptr, 10 * GST_SECOND),
                     GST_STATE_CHANGE_SUCCESS);
    for (guint i = 0; i < kMostClips; i++) {
        ck_assert(emit(sink, "start-event", std::to_string(i)));
        ck_assert(emit(sink, "stop-event", std::to_string(i)));
    }
    ck_assert(eventually([&] { return open_clips(sink) == 0; }));
    ck_assert(emit(sink, "start-event", "one more"));
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    ck_assert(folder.files().empty());
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(argc, argv, "clips",
                                             {test_event_while_no_picture_comes_is_of_its_time_and_over_in_time,
                                              test_events_without_a_stream_make_room_for_others});
}

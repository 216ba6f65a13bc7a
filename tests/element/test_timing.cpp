// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/check/gsttestclock.h>
#include <gst/rtp/rtp.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <tuple>

#include "connection.h"
#include "rtp/ntp_time.h"
#include "sink_harness.h"
#include "suite.h"

using rtspcore::Ref;
using rtspsink::test::Connection;
using rtspsink::test::Frame;
using rtspsink::test::h264_key_unit;
using rtspsink::test::h264_rtp_caps;
using rtspsink::test::klv_key;
using rtspsink::test::SinkHarness;

namespace {

using Element = Ref<GstElement>;

// appsrc ! rtspsink under a clock that stands still until it is told to move.
class ClockedPipeline {
public:
    ClockedPipeline(bool live, const char *sink_properties)
        : pipeline_(Element::sink(gst_parse_launch(
              (std::string("appsrc name=source format=time stream-type=seekable is-live=") + (live ? "true" : "false") +
               " ! rtspsink name=s service=0 address=127.0.0.1 " + sink_properties)
                  .c_str(),
              nullptr))),
          source_(Element::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "source"))),
          sink_(Element::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "s"))),
          clock_(Ref<GstClock>::adopt(gst_test_clock_new())) {
        gst_pipeline_use_clock(GST_PIPELINE(pipeline_.get()), clock_.get());
        gst_util_set_object_arg(G_OBJECT(source_.get()), "caps", h264_rtp_caps().c_str());
        g_signal_connect(source_.get(), "seek-data", G_CALLBACK(+[](GstElement *, guint64, gpointer) { return TRUE; }),
                         nullptr);
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    }
    ~ClockedPipeline() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    ClockedPipeline(const ClockedPipeline &) = delete;
    ClockedPipeline &operator=(const ClockedPipeline &) = delete;

    void push(GstClockTime pts) {
        const auto buffer = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, 64, nullptr));
        GST_BUFFER_PTS(buffer.get()) = pts;
        GstFlowReturn flow = GST_FLOW_OK;
        g_signal_emit_by_name(source_.get(), "push-buffer", buffer.get(), &flow);
    }
    void end() {
        GstFlowReturn flow = GST_FLOW_OK;
        g_signal_emit_by_name(source_.get(), "end-of-stream", &flow);
    }
    [[nodiscard]] bool rewind() {
        return gst_element_seek_simple(source_.get(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0);
    }
    [[nodiscard]] GstElement *element() const { return pipeline_.get(); }
    [[nodiscard]] GstTestClock *clock() const { return GST_TEST_CLOCK(clock_.get()); }
    [[nodiscard]] guint64 packets() const {
        GstStructure *stats = nullptr;
        gst_child_proxy_get(GST_CHILD_PROXY(sink_.get()), "sink_0::stats", &stats, nullptr);
        guint64 count = 0;
        gst_structure_get_uint64(stats, "packets", &count);
        gst_structure_free(stats);
        return count;
    }
    // Whether EOS is posted before the deadline, without the clock having moved.
    [[nodiscard]] bool ends() const { return first_of(GST_MESSAGE_EOS) == GST_MESSAGE_EOS; }
    // Of messages of these types, the one that is posted first; GST_MESSAGE_UNKNOWN if none is before the deadline.
    [[nodiscard]] GstMessageType first_of(int types) const {
        const auto bus = Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.get()));
        const auto message = Ref<GstMessage>::adopt(
            gst_bus_timed_pop_filtered(bus.get(), rtspsink::test::kDeadline, static_cast<GstMessageType>(types)));
        return message ? GST_MESSAGE_TYPE(message.get()) : GST_MESSAGE_UNKNOWN;
    }

private:
    Element pipeline_;
    Element source_;
    Element sink_;
    Ref<GstClock> clock_;
};

// Waits until somebody waits for the clock, and tells for when.
GstClockTime next_wait(GstTestClock *clock) {
    GstClockID id = nullptr;
    gst_test_clock_wait_for_next_pending_id(clock, &id);
    const GstClockTime time = gst_clock_id_get_time(id);
    gst_clock_id_unref(id);
    return time;
}

// The wall-clock time of running time 0.
rtspcore::WallTime beginning(SinkHarness &sink) {
    rtspcore::WallTime before;
    rtspcore::WallTime now;
    std::chrono::nanoseconds running;
    do {  // until nothing came between
        before = rtspcore::wall_now();
        running = std::chrono::nanoseconds(gst_clock_get_time(GST_ELEMENT_CLOCK(sink.element())) -
                                           gst_element_get_base_time(sink.element()));
        now = rtspcore::wall_now();
    } while (now - before > std::chrono::milliseconds(1));
    return now - running;
}

constexpr GstClockTime kThen = 1'600'000'000 * GST_SECOND;  // in 2020

// What is pushed was captured from kThen on.
void add_references(GstHarness *harness) {
    gst_pad_add_probe(
        harness->srcpad, GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad *, GstPadProbeInfo *info, gpointer) {
            const auto unix_time = Ref<GstCaps>::adopt(gst_caps_new_empty_simple("timestamp/x-unix"));
            GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
            gst_buffer_add_reference_timestamp_meta(buffer, unix_time.get(), kThen + GST_BUFFER_PTS(buffer),
                                                    GST_CLOCK_TIME_NONE);
            info->data = buffer;
            return GST_PAD_PROBE_OK;
        },
        nullptr, nullptr);
}

// Another pad of an element, with packets of sound that are all of time 0.
class SecondPad {
public:
    explicit SecondPad(SinkHarness &sink) : harness_(gst_harness_new_with_element(sink.element(), "sink_%u", nullptr)) {
        gst_harness_set_src_caps_str(harness_,
                                     "application/x-rtp,media=audio,encoding-name=PCMU,clock-rate=8000,payload=0");
    }
    ~SecondPad() { gst_harness_teardown(harness_); }
    SecondPad(const SecondPad &) = delete;
    SecondPad &operator=(const SecondPad &) = delete;

    void push() {
        GstBuffer *buffer = gst_rtp_buffer_new_allocate(160, 0, 0);
        GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
        gst_rtp_buffer_map(buffer, GST_MAP_WRITE, &rtp);
        gst_rtp_buffer_set_seq(&rtp, sequence_++);
        gst_rtp_buffer_unmap(&rtp);
        GST_BUFFER_PTS(buffer) = 0;
        gst_harness_push(harness_, buffer);
    }
    [[nodiscard]] GstHarness *harness() const { return harness_; }

private:
    GstHarness *harness_;
    uint16_t sequence_ = 0;
};

// The wall-clock time of the first sender report for packets of RTP time `time` (RFC 3550 section 6.4.1).
rtspcore::WallTime reported_time(SinkHarness &sink) {
    Connection viewer(sink.port());
    ck_assert(viewer.play("/test"));
    sink.push_packet(h264_key_unit());
    const auto report = viewer.next_frame(true);
    ck_assert(report.has_value());
    const uint64_t ntp = static_cast<uint64_t>(report->word(8)) << 32U | report->word(12);
    // What the report's RTP time is ahead of that of the first packet, which is 0.
    const auto ahead = std::chrono::nanoseconds(static_cast<int64_t>(report->word(16)) * 1'000'000'000 / 90'000);
    return rtspcore::rtp::to_wall({ntp}) - ahead;
}

rtspcore::Duration distance(rtspcore::WallTime one, rtspcore::WallTime other) {
    return one > other ? one - other : other - one;
}

// A unit whose value is a byte, and the packet that brings it.
std::string klv_unit(char number) {
    return klv_key() + '\1' + number;
}

std::optional<Frame> klv_packet(Connection &viewer, char number) {
    auto frame = viewer.next_frame();
    while (frame && frame->bytes.back() != static_cast<uint8_t>(number))
        frame = viewer.next_frame();
    return frame;
}

}  // namespace

START_TEST(test_sync_auto_paces_an_upstream_that_is_not_live) {
    ClockedPipeline pipeline(false, "");
    auto *clock = pipeline.clock();
    pipeline.push(GST_SECOND);
    pipeline.push(2 * GST_SECOND);
    ck_assert_uint_eq(next_wait(clock), GST_SECOND);
    ck_assert_uint_eq(pipeline.packets(), 0);
    ck_assert(gst_test_clock_crank(clock));
    ck_assert_uint_eq(next_wait(clock), 2 * GST_SECOND);
    ck_assert_uint_eq(pipeline.packets(), 1);
}
END_TEST

START_TEST(test_sync_auto_lets_a_live_upstream_through) {
    ClockedPipeline pipeline(true, "");
    pipeline.push(0);
    pipeline.push(GST_SECOND);
    pipeline.end();
    ck_assert(pipeline.ends());
    ck_assert_uint_eq(pipeline.packets(), 2);
}
END_TEST

START_TEST(test_sync_can_be_forced_either_way) {
    ClockedPipeline unpaced(false, "appsink0::sync=false");
    unpaced.push(0);
    unpaced.push(GST_SECOND);
    unpaced.end();
    ck_assert(unpaced.ends());
    ClockedPipeline paced(true, "sink_0::sync=true");
    paced.push(2 * GST_SECOND);
    ck_assert_uint_ge(next_wait(paced.clock()), 2 * GST_SECOND);
    ck_assert_uint_eq(paced.packets(), 0);
}
END_TEST

START_TEST(test_flushing_seek_begins_the_running_time_anew) {
    ClockedPipeline pipeline(false, "");
    for (GstClockTime begin = 0; begin < 3; ++begin) {
        ck_assert(begin == 0 || pipeline.rewind());
        for (const GstClockTime pts : {0, 1, 2}) {
            pipeline.push(pts * GST_SECOND);
            ck_assert_uint_eq(next_wait(pipeline.clock()), (begin + pts) * GST_SECOND);
            if (pts < 2)
                ck_assert(gst_test_clock_crank(pipeline.clock()));
        }
    }
}
END_TEST

START_TEST(test_states_wait_for_nothing_after_a_flush) {
    ClockedPipeline pipeline(false, "appsrc ! s.");  // of which nothing comes
    pipeline.push(0);
    ck_assert_uint_eq(next_wait(pipeline.clock()), 0);
    gst_test_clock_set_time(pipeline.clock(), GST_SECOND);
    for (const GstState state : {GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_PLAYING}) {
        ck_assert(pipeline.rewind());
        ck_assert_int_eq(gst_element_set_state(pipeline.element(), state), GST_STATE_CHANGE_SUCCESS);
    }
    pipeline.push(0);
    pipeline.push(GST_SECOND);
    gst_test_clock_wait_for_next_pending_id(pipeline.clock(), nullptr);
    GstState state = GST_STATE_NULL;
    ck_assert_int_eq(gst_element_get_state(pipeline.element(), &state, nullptr, rtspsink::test::kDeadline),
                     GST_STATE_CHANGE_SUCCESS);
    ck_assert_int_eq(state, GST_STATE_PLAYING);
    for (const GstState next : {GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED})
        ck_assert_int_eq(gst_element_set_state(pipeline.element(), next), GST_STATE_CHANGE_SUCCESS);
}
END_TEST

START_TEST(test_flush_of_a_live_upstream_leaves_the_state) {
    ClockedPipeline pipeline(true, "");
    pipeline.push(0);
    ck_assert(pipeline.rewind());
    pipeline.push(0);
    pipeline.push(GST_SECOND);
    pipeline.end();
    ck_assert_int_eq(pipeline.first_of(GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_EOS), GST_MESSAGE_EOS);
}
END_TEST

START_TEST(test_sender_report_tells_the_wall_clock_of_capture) {
    SinkHarness sink;
    gst_harness_use_systemclock(sink.harness());
    sink.set_caps(h264_rtp_caps());
    sink.push_packet(h264_key_unit());
    ck_assert(distance(reported_time(sink), beginning(sink)) < std::chrono::milliseconds(10));
}
END_TEST

START_TEST(test_reference_time_stamp_of_upstream_wins) {
    SinkHarness sink;
    gst_harness_use_systemclock(sink.harness());
    sink.set_caps(h264_rtp_caps());
    add_references(sink.harness());
    sink.push_packet(h264_key_unit());
    const rtspcore::WallTime then{std::chrono::nanoseconds(kThen)};
    ck_assert(distance(reported_time(sink), then) < std::chrono::milliseconds(1));
}
END_TEST

START_TEST(test_reference_time_stamps_of_one_stream_hold_for_all_of_its_path) {
    SinkHarness sink;
    sink.set_caps(h264_rtp_caps());
    SecondPad referenced(sink);
    gst_harness_use_systemclock(sink.harness());
    const auto reported = [&] {
        sink.push_packet(h264_key_unit());
        return reported_time(sink);
    };
    const rtspcore::WallTime then{std::chrono::nanoseconds(kThen)};
    constexpr std::chrono::milliseconds kTolerance{10};
    referenced.push();
    ck_assert(distance(reported(), beginning(sink)) < kTolerance);
    // Late, as from an rtspsrc that has to wait for a report.
    add_references(referenced.harness());
    referenced.push();
    ck_assert(distance(reported(), then) < kTolerance);
    gst_pad_push_event(referenced.harness()->srcpad,
                       gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty("GstRtspAway")));
    ck_assert(distance(reported(), beginning(sink)) < kTolerance);
}
END_TEST

// Of RTP that was made here.
START_TEST(test_segment_without_flush_goes_on_in_sequence_and_running_time) {
    constexpr GstClockTime kStart = 100 * GST_SECOND;
    constexpr GstClockTime kBase = 3 * GST_SECOND;
    SinkHarness sink;
    sink.set_caps("meta/x-klv");
    const auto push = [&](char number) { sink.push_bytes(klv_unit(number)); };
    push(1);
    Connection viewer(sink.port());
    ck_assert(viewer.play("/test"));
    push(2);  // at 40 ms
    ck_assert(klv_packet(viewer, 2).has_value());
    push(3);
    sink.begin_segment(kStart, kBase);
    push(4);
    push(5);
    const auto before = klv_packet(viewer, 3);
    const auto first = klv_packet(viewer, 4);
    const auto second = klv_packet(viewer, 5);
    ck_assert(before && first && second);
    for (const auto &[earlier, later, ticks] :
         {std::tuple{&*before, &*first, 90 * 2920U}, {&*first, &*second, 3600U}}) {
        ck_assert_uint_eq(later->ssrc(), earlier->ssrc());
        ck_assert_uint_eq(static_cast<uint16_t>(later->sequence() - earlier->sequence()), 1);
        ck_assert_uint_eq(later->word(4) - earlier->word(4), ticks);
    }
}
END_TEST

// Of RTP that comes with times of its own, which stay: what they are by the wall clock is another time.
START_TEST(test_segment_without_flush_moves_what_sender_reports_tell) {
    constexpr GstClockTime kBase = 3 * GST_SECOND;
    SinkHarness sink;
    gst_harness_use_systemclock(sink.harness());
    sink.set_caps(h264_rtp_caps());
    sink.push_packet(h264_key_unit());
    const auto before = reported_time(sink);
    // Times go on where they are, as those of the packets do.
    sink.begin_segment(3 * GST_SECOND, kBase + 3 * GST_SECOND);
    sink.push_packet(h264_key_unit());
    const auto moved = std::chrono::duration_cast<std::chrono::milliseconds>(reported_time(sink) - before);
    ck_assert_msg(std::abs(moved.count() - 3000) < 200, "%lld ms", static_cast<long long>(moved.count()));
}
END_TEST

// As h264parse gives them for a file of pictures without a container.
START_TEST(test_pictures_with_decoding_times_alone_go_on_by_those) {
    SinkHarness sink;
    sink.set_caps("meta/x-klv");
    gst_pad_add_probe(
        sink.harness()->srcpad, GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad *, GstPadProbeInfo *info, gpointer) {
            GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
            GST_BUFFER_DTS(buffer) = GST_BUFFER_PTS(buffer);
            GST_BUFFER_PTS(buffer) = GST_CLOCK_TIME_NONE;
            info->data = buffer;
            return GST_PAD_PROBE_OK;
        },
        nullptr, nullptr);
    sink.push_bytes(klv_unit(1));
    Connection viewer(sink.port());
    ck_assert(viewer.play("/test"));
    for (const char number : {2, 3, 4})
        sink.push_bytes(klv_unit(number));
    const auto first = klv_packet(viewer, 2);
    const auto second = klv_packet(viewer, 3);
    const auto third = klv_packet(viewer, 4);
    ck_assert(first && second && third);
    ck_assert_uint_eq(second->word(4) - first->word(4), 3600);
    ck_assert_uint_eq(third->word(4) - second->word(4), 3600);
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "timing",
        {test_sync_auto_paces_an_upstream_that_is_not_live, test_sync_auto_lets_a_live_upstream_through,
         test_sync_can_be_forced_either_way, test_flushing_seek_begins_the_running_time_anew,
         test_states_wait_for_nothing_after_a_flush, test_flush_of_a_live_upstream_leaves_the_state,
         test_sender_report_tells_the_wall_clock_of_capture, test_reference_time_stamp_of_upstream_wins,
         test_reference_time_stamps_of_one_stream_hold_for_all_of_its_path,
         test_segment_without_flush_goes_on_in_sequence_and_running_time,
         test_segment_without_flush_moves_what_sender_reports_tell,
         test_pictures_with_decoding_times_alone_go_on_by_those});
}

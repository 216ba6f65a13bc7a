// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/check/gsttestclock.h>

#include <chrono>
#include <string>

#include "connection.h"
#include "rtp/ntp_time.h"
#include "sink_harness.h"
#include "suite.h"

using rtspcore::Ref;
using rtspsink::test::Connection;
using rtspsink::test::Frame;
using rtspsink::test::h264_key_unit;
using rtspsink::test::h264_rtp_caps;
using rtspsink::test::SinkHarness;

namespace {

using Element = Ref<GstElement>;

// appsrc ! rtspsink under a clock that stands still until it is told to move.
class ClockedPipeline {
public:
    ClockedPipeline(bool live, const char *sink_properties)
        : pipeline_(Element::sink(
              gst_parse_launch((std::string("appsrc name=source format=time is-live=") + (live ? "true" : "false") +
                                " ! rtspsink name=s service=0 address=127.0.0.1 " + sink_properties)
                                   .c_str(),
                               nullptr))),
          source_(Element::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "source"))),
          sink_(Element::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "s"))),
          clock_(Ref<GstClock>::adopt(gst_test_clock_new())) {
        gst_pipeline_use_clock(GST_PIPELINE(pipeline_.get()), clock_.get());
        gst_util_set_object_arg(G_OBJECT(source_.get()), "caps", h264_rtp_caps().c_str());
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
    [[nodiscard]] bool ends() const {
        const auto bus = Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.get()));
        return Ref<GstMessage>::adopt(gst_bus_timed_pop_filtered(bus.get(), rtspsink::test::kDeadline, GST_MESSAGE_EOS))
                   .get() != nullptr;
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

START_TEST(test_sender_report_tells_the_wall_clock_of_capture) {
    SinkHarness sink;
    gst_harness_use_systemclock(sink.harness());
    const rtspcore::WallTime base =
        rtspcore::wall_now() - std::chrono::nanoseconds(gst_clock_get_time(GST_ELEMENT_CLOCK(sink.element())) -
                                                        gst_element_get_base_time(sink.element()));
    sink.set_caps(h264_rtp_caps());
    sink.push_packet(h264_key_unit());
    ck_assert(distance(reported_time(sink), base) < std::chrono::milliseconds(10));
}
END_TEST

START_TEST(test_reference_time_stamp_of_upstream_wins) {
    constexpr GstClockTime kThen = 1'600'000'000 * GST_SECOND;  // in 2020
    SinkHarness sink;
    gst_harness_use_systemclock(sink.harness());
    sink.set_caps(h264_rtp_caps());
    const auto caps = Ref<GstCaps>::adopt(gst_caps_new_empty_simple("timestamp/x-unix"));
    gst_pad_add_probe(
        sink.harness()->srcpad, GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad *, GstPadProbeInfo *info, gpointer reference) {
            GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
            gst_buffer_add_reference_timestamp_meta(buffer, static_cast<GstCaps *>(reference),
                                                    kThen + GST_BUFFER_PTS(buffer), GST_CLOCK_TIME_NONE);
            info->data = buffer;
            return GST_PAD_PROBE_OK;
        },
        caps.get(), nullptr);
    sink.push_packet(h264_key_unit());
    const rtspcore::WallTime then{std::chrono::nanoseconds(kThen)};
    ck_assert(distance(reported_time(sink), then) < std::chrono::milliseconds(1));
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "timing",
        {test_sync_auto_paces_an_upstream_that_is_not_live, test_sync_auto_lets_a_live_upstream_through,
         test_sync_can_be_forced_either_way, test_sender_report_tells_the_wall_clock_of_capture,
         test_reference_time_stamp_of_upstream_wins});
}

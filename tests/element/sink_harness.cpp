// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sink_harness.h"

#include <check.h>
#include <gst/rtp/rtp.h>

#include <cstring>

namespace rtspsink::test {

namespace {

constexpr GstClockTime kUnitDuration = 40 * GST_MSECOND;
constexpr uint32_t kUnitTicks = 3600;  // of a 90 kHz clock

}  // namespace

rtspcore::Ref<GstElement> make_sink(const std::string &properties) {
    auto sink = rtspcore::Ref<GstElement>::sink(gst_parse_launch(("rtspsink " + properties).c_str(), nullptr));
    ck_assert(sink.get() != nullptr);
    return sink;
}

unsigned bound_port(const rtspcore::Ref<GstElement> &sink) {
    guint port = 0;
    g_object_get(sink.get(), "bound-port", &port, nullptr);
    return port;
}

SinkHarness::SinkHarness(const char *properties)
    : element_(make_sink(std::string("service=0 address=127.0.0.1 ") + properties)),
      messages_(element_.get()),
      harness_(gst_harness_new_with_element(element_.get(), "sink_%u", nullptr)) {}

SinkHarness::~SinkHarness() {
    gst_harness_teardown(harness_);
}

void SinkHarness::set_caps(const std::string &caps) {
    gst_harness_set_src_caps_str(harness_, caps.c_str());
}

GstFlowReturn SinkHarness::push_packet(const std::string &payload, uint8_t payload_type) {
    GstBuffer *buffer = gst_rtp_buffer_new_allocate(static_cast<guint>(payload.size()), 0, 0);
    GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
    gst_rtp_buffer_map(buffer, GST_MAP_WRITE, &rtp);
    gst_rtp_buffer_set_payload_type(&rtp, payload_type);
    gst_rtp_buffer_set_seq(&rtp, sequence_++);
    gst_rtp_buffer_set_ssrc(&rtp, ssrc_);
    gst_rtp_buffer_set_marker(&rtp, TRUE);
    gst_rtp_buffer_set_timestamp(&rtp, static_cast<uint32_t>(time_ / kUnitDuration) * kUnitTicks);
    memcpy(gst_rtp_buffer_get_payload(&rtp), payload.data(), payload.size());
    gst_rtp_buffer_unmap(&rtp);
    GST_BUFFER_PTS(buffer) = time_;
    time_ += kUnitDuration;
    return gst_harness_push(harness_, buffer);
}

void SinkHarness::become(uint32_t ssrc, uint16_t sequence) {
    ssrc_ = ssrc;
    sequence_ = sequence;
}

GstFlowReturn SinkHarness::push_zeroes(size_t size, GstClockTime duration) {
    GstBuffer *buffer = gst_buffer_new_allocate(nullptr, size, nullptr);
    gst_buffer_memset(buffer, 0, 0, size);
    GST_BUFFER_PTS(buffer) = time_;
    GST_BUFFER_DURATION(buffer) = duration;
    time_ += duration;
    return gst_harness_push(harness_, buffer);
}

GstFlowReturn SinkHarness::push_bytes(const std::string &bytes) {
    GstBuffer *buffer = gst_buffer_new_memdup(bytes.data(), bytes.size());
    GST_BUFFER_PTS(buffer) = time_;
    GST_BUFFER_DURATION(buffer) = kUnitDuration;
    time_ += kUnitDuration;
    return gst_harness_push(harness_, buffer);
}

void SinkHarness::begin_segment(GstClockTime start, GstClockTime base) {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.start = segment.time = start;
    segment.base = base;
    gst_harness_push_event(harness_, gst_event_new_segment(&segment));
    time_ = start;
}

std::string klv_key() {
    return std::string("\x06\x0e\x2b\x34\x02\x0b\x01\x01\x0e\x01\x03\x01\x01\0\0\0", 16);
}

std::string h264_rtp_caps(const std::string &more) {
    return "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=96" +
           (more.empty() ? more : "," + more);
}

// NAL unit types of RFC 6184: an IDR picture behind its parameter sets, in one STAP-A; a picture that others refer to.
std::string h264_key_unit() {
    return std::string("\x78\0\x04\x67\x42\x00\x1e\0\x03\x68\xce\x38\0\x04\x65\x88\x84\x00", 18);
}

std::string h264_other_unit() {
    return "\x61\x9a\x01\x02";
}

}  // namespace rtspsink::test

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/check/gstharness.h>

#include <cstdint>
#include <string>

#include "messages.h"

namespace rtspsink::test {

rtspcore::Ref<GstElement> make_sink(const std::string &properties = "");
// Its "bound-port".
unsigned bound_port(const rtspcore::Ref<GstElement> &sink);

// An rtspsink on a free port with one pad, fed by hand; it plays from the start.
class SinkHarness {
public:
    explicit SinkHarness(const char *properties = "");
    ~SinkHarness();
    SinkHarness(const SinkHarness &) = delete;
    SinkHarness &operator=(const SinkHarness &) = delete;

    [[nodiscard]] GstHarness *harness() const { return harness_; }
    [[nodiscard]] GstElement *element() const { return element_.get(); }
    [[nodiscard]] Messages &messages() { return messages_; }
    [[nodiscard]] unsigned port() const { return bound_port(element_); }

    void set_caps(const std::string &caps);
    // RTP packets of one access unit each, numbered and timed on from the last one; `payload` is what follows the
    // header.
    GstFlowReturn push_packet(const std::string &payload, uint8_t payload_type = 96);
    // As who the next packets come from, and the number of the first of them.
    void become(uint32_t ssrc, uint16_t sequence);
    // A buffer of `size` zeroes, `duration` after the last one.
    GstFlowReturn push_zeroes(size_t size, GstClockTime duration);
    // A buffer of these, a picture after the last one.
    GstFlowReturn push_bytes(const std::string &bytes);
    // Without a flush: what is pushed from here on has times from `start` on, and `base` is its running time there.
    void begin_segment(GstClockTime start, GstClockTime base);
    void push_eos() { gst_harness_push_event(harness_, gst_event_new_eos()); }

private:
    rtspcore::Ref<GstElement> element_;
    Messages messages_;
    GstHarness *harness_;
    uint32_t ssrc_ = 0x1234;
    uint16_t sequence_ = 1000;
    GstClockTime time_ = 0;
};

// The key of a KLV unit (SMPTE 336M), its length and its value come behind it.
std::string klv_key();

// Caps of an H.264 stream in RTP with these additional fields.
std::string h264_rtp_caps(const std::string &more = "");
// The payload of an RTP packet that is a whole IDR picture, or one that depends on others.
std::string h264_key_unit();
std::string h264_other_unit();

}  // namespace rtspsink::test

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "rtspproxysrc/key_frame_gate.h"
#include "support/check_suite.h"

using rtspcore::Duration;
using rtspcore::Ref;
using rtspproxy::KeyFrameGate;
using std::chrono::seconds;

namespace {

// NAL unit types of RFC 6184: parameter sets with an IDR picture in one STAP-A, and a picture that needs others.
const std::string kKey("\x78\0\x04\x67\x42\x00\x1e\0\x03\x68\xce\x38\0\x04\x65\x88\x84\x00", 18);
const std::string kOther = "\x61\x9a\x01\x02";
// The two halves of an IDR picture in fragments.
const std::string kKeyBegins = "\x7c\x85\x88\x84";
const std::string kKeyEnds = "\x7c\x45\x01\x02";

Ref<GstCaps> caps(const char *encoding) {
    return Ref<GstCaps>::adopt(gst_caps_from_string(
        (std::string("application/x-rtp,clock-rate=90000,media=video,encoding-name=") + encoding).c_str()));
}

struct Sent {
    const std::string &payload;
    bool marker = true;
    uint8_t time = 0;
    Duration at{};
};

KeyFrameGate::Packet packet(const Sent &sent) {
    std::string bytes("\x80\x60\0\x01\0\0\0\0\0\0\0\x07", 12);
    bytes[1] = static_cast<char>(sent.marker ? 0xe0 : 0x60);
    bytes[7] = static_cast<char>(sent.time);
    bytes += sent.payload;
    GstBuffer *buffer = gst_buffer_new_allocate(nullptr, bytes.size(), nullptr);
    gst_buffer_fill(buffer, 0, bytes.data(), bytes.size());
    return {Ref<GstBuffer>::adopt(buffer), sent.at};
}

}  // namespace

START_TEST(test_it_opens_with_the_first_key_frame) {
    KeyFrameGate gate;
    ck_assert(gate.is_open());
    gate.close(caps("H264").get());
    ck_assert_uint_eq(gate.take(packet({kOther, true, 1})).size(), 0);
    ck_assert_uint_eq(gate.take(packet({kOther, true, 2})).size(), 0);
    ck_assert(!gate.is_open());
    ck_assert_uint_eq(gate.take(packet({kKey, true, 3})).size(), 1);
    ck_assert(gate.is_open());
}
END_TEST

START_TEST(test_a_key_frame_of_several_packets_goes_on_whole) {
    KeyFrameGate gate;
    gate.close(caps("H264").get());
    ck_assert_uint_eq(gate.take(packet({kKeyBegins, false, 3})).size(), 0);
    ck_assert_uint_eq(gate.take(packet({kKeyEnds, true, 3})).size(), 2);
    ck_assert(gate.is_open());
}
END_TEST

START_TEST(test_a_key_frame_whose_marker_is_lost_goes_on_with_the_next_picture) {
    KeyFrameGate gate;
    gate.close(caps("H264").get());
    ck_assert_uint_eq(gate.take(packet({kKeyBegins, false, 3})).size(), 0);
    ck_assert_uint_eq(gate.take(packet({kOther, true, 4})).size(), 2);
}
END_TEST

START_TEST(test_streams_whose_units_are_all_keys_are_not_held) {
    KeyFrameGate gate;
    for (const char *encoding : {"JPEG", "PCMU", "X-UNKNOWN"}) {
        gate.close(caps(encoding).get());
        ck_assert_msg(gate.is_open(), "%s", encoding);
    }
}
END_TEST

START_TEST(test_it_opens_by_itself_when_no_key_frame_comes_for_long) {
    KeyFrameGate gate;
    gate.close(caps("H264").get());
    ck_assert_uint_eq(gate.take(packet({kOther, true, 1, seconds(5)})).size(), 0);
    ck_assert_uint_eq(gate.take(packet({kOther, true, 2, seconds(5) + KeyFrameGate::kPatience})).size(), 1);
    ck_assert(gate.is_open());
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return rtspcore::test::run_suite(
        "key_frame_gate",
        {test_it_opens_with_the_first_key_frame, test_a_key_frame_of_several_packets_goes_on_whole,
         test_a_key_frame_whose_marker_is_lost_goes_on_with_the_next_picture,
         test_streams_whose_units_are_all_keys_are_not_held, test_it_opens_by_itself_when_no_key_frame_comes_for_long});
}

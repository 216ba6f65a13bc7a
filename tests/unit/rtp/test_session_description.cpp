// SPDX-License-Identifier: LGPL-2.1-or-later
// test_payloaders reads back the SDP of each payloader's caps.
#include <gst/sdp/gstsdpmessage.h>

#include <memory>

#include "rtp/session_description.h"
#include "support/check_suite.h"

using namespace rtspcore;

namespace {

Ref<GstCaps> caps_of(const char *text) {
    return Ref<GstCaps>::adopt(gst_caps_from_string(text));
}

constexpr const char *kH264 =
    "application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,packetization-mode=(string)1,"
    "profile-level-id=(string)42c00d,payload=96";
constexpr const char *kPcmu = "application/x-rtp,media=audio,clock-rate=8000,encoding-name=PCMU,payload=0";

std::string sdp_of(const std::string &caps) {
    return rtp::write_sdp({.id = 1, .version = 2, .name = "test", .media = {{caps_of(caps.c_str()), "stream=0"}}});
}

bool has(const std::string &sdp, const std::string &line) {
    return sdp.find("\r\n" + line + "\r\n") != std::string::npos;
}

struct FreeMessage {
    void operator()(GstSDPMessage *message) const { gst_sdp_message_free(message); }
};

std::unique_ptr<GstSDPMessage, FreeMessage> parse(const std::string &sdp) {
    GstSDPMessage *message = nullptr;
    gst_sdp_message_new(&message);
    ck_assert_int_eq(gst_sdp_message_parse_buffer(reinterpret_cast<const guint8 *>(sdp.data()),
                                                  static_cast<guint>(sdp.size()), message),
                     GST_SDP_OK);
    return std::unique_ptr<GstSDPMessage, FreeMessage>(message);
}

}  // namespace

START_TEST(test_sdp_of_two_streams_line_by_line) {
    const std::string sdp = rtp::write_sdp({.id = 42,
                                            .version = 7,
                                            .name = "Front door",
                                            .media = {{caps_of(kH264), "stream=0"}, {caps_of(kPcmu), "stream=1"}}});
    ck_assert_str_eq(sdp.c_str(),
                     "v=0\r\n"
                     "o=- 42 7 IN IP4 0.0.0.0\r\n"
                     "s=Front door\r\n"
                     "c=IN IP4 0.0.0.0\r\n"
                     "t=0 0\r\n"
                     "a=control:*\r\n"
                     "a=range:npt=now-\r\n"
                     "m=video 0 RTP/AVP 96\r\n"
                     "a=rtpmap:96 H264/90000\r\n"
                     "a=fmtp:96 packetization-mode=1;profile-level-id=42c00d\r\n"
                     "a=control:stream=0\r\n"
                     "m=audio 0 RTP/AVP 0\r\n"
                     "a=rtpmap:0 PCMU/8000\r\n"
                     "a=control:stream=1\r\n");
}
END_TEST

START_TEST(test_sdp_for_ipv6_names_no_ipv4_address) {
    const std::string sdp =
        rtp::write_sdp({.id = 1, .version = 1, .name = "x", .ipv6 = true, .media = {{caps_of(kH264), "stream=0"}}});
    ck_assert(has(sdp, "o=- 1 1 IN IP6 ::"));
    ck_assert(has(sdp, "c=IN IP6 ::"));
    ck_assert(sdp.find("IP4") == std::string::npos);
}
END_TEST

START_TEST(test_sdp_shows_no_field_that_is_not_for_the_wire) {
    const std::string sdp = sdp_of(
        std::string(kH264) +
        ",mapping=/leak-a,ssrc=(uint)77777,timestamp-offset=(uint)88888,seqnum-offset=(uint)9999"
        ",clock-base=(string)leak-b,seqnum-base=(string)leak-c,npt-start=(string)leak-d,play-speed=(string)leak-e"
        ",srtp-key=(string)leak-f,srtp-cipher=(string)leak-g,ssrc-77777-cname=(string)leak-h"
        ",a-control=(string)leak-i,a-range=(string)leak-j,a-sendonly=(string)leak-k,a-crypto=(string)leak-l"
        ",a-key-mgmt=(string)leak-m,profile=(string)leak-n,onvif-mode=(string)leak-o");
    for (const char *leak : {"leak", "mapping", "77777", "88888", "9999", "SAVP"})
        ck_assert_msg(sdp.find(leak) == std::string::npos, "%s in\n%s", leak, sdp.c_str());
    ck_assert(has(sdp, "a=fmtp:96 packetization-mode=1;profile-level-id=42c00d"));
}
END_TEST

START_TEST(test_sdp_keeps_attributes_of_the_stream) {
    const std::string sdp =
        sdp_of(std::string(kH264) + ",a-framerate=(string)29.97,a-ts-refclk=(string)\"ntp=/traceable/\"");
    ck_assert(has(sdp, "a=framerate:29.97"));
    ck_assert(has(sdp, "a=ts-refclk:ntp=/traceable/"));
}
END_TEST

START_TEST(test_sdp_tells_the_frame_rate_of_a_fraction) {
    ck_assert(has(sdp_of(std::string(kH264) + ",framerate=(fraction)25/1"), "a=framerate:25"));
    ck_assert(has(sdp_of(std::string(kH264) + ",framerate=(fraction)30000/1001"), "a=framerate:29.97"));
    ck_assert(sdp_of(std::string(kH264) + ",framerate=(fraction)0/1").find("framerate") == std::string::npos);
    const std::string both = sdp_of(std::string(kH264) + ",framerate=(fraction)25/1,a-framerate=(string)25");
    ck_assert(both.find("framerate") == both.rfind("framerate"));
}
END_TEST

START_TEST(test_sdp_profile_of_av1_is_a_format_parameter) {
    const std::string sdp =
        sdp_of("application/x-rtp,media=video,clock-rate=90000,encoding-name=AV1,payload=96,profile=(string)0");
    ck_assert(has(sdp, "a=fmtp:96 profile=0"));
}
END_TEST

START_TEST(test_sdp_name_cannot_add_lines) {
    const std::string sdp = rtp::write_sdp(
        {.id = 1, .version = 1, .name = "a\r\nm=audio 1 RTP/AVP 0\nb", .media = {{caps_of(kH264), "stream=0"}}});
    ck_assert_uint_eq(gst_sdp_message_medias_len(parse(sdp).get()), 1);
    ck_assert(has(sdp, "s=a  m=audio 1 RTP/AVP 0 b"));
    ck_assert(has(rtp::write_sdp({}), "s=-"));
}
END_TEST

START_TEST(test_sdp_value_of_caps_cannot_add_lines) {
    auto caps = caps_of(kH264);
    gst_caps_set_simple(caps.get(), "sprop-parameter-sets", G_TYPE_STRING, "Z0\r\nm=audio 1 RTP/AVP 0", nullptr);
    gst_caps_set_simple(caps.get(), "a-note", G_TYPE_STRING, "x\r\nm=audio 1 RTP/AVP 0", nullptr);
    const std::string sdp = rtp::write_sdp({.id = 1, .version = 1, .name = "x", .media = {{caps, "stream=0"}}});
    ck_assert_uint_eq(gst_sdp_message_medias_len(parse(sdp).get()), 1);
}
END_TEST

// The other streams are served all the same, and keep their names.
START_TEST(test_sdp_leaves_out_what_is_no_rtp) {
    const std::string sdp = rtp::write_sdp({.id = 1,
                                            .version = 1,
                                            .name = "x",
                                            .media = {{caps_of("application/x-rtp,payload=96"), "stream=0"},
                                                      {Ref<GstCaps>(), "stream=1"},
                                                      {caps_of("EMPTY"), "stream=2"},
                                                      {caps_of("ANY"), "stream=3"},
                                                      {caps_of(kPcmu), "stream=4"}}});
    const auto message = parse(sdp);
    ck_assert_uint_eq(gst_sdp_message_medias_len(message.get()), 1);
    ck_assert_str_eq(gst_sdp_media_get_attribute_val(gst_sdp_message_get_media(message.get(), 0), "control"),
                     "stream=4");
}
END_TEST

START_TEST(test_sdp_does_not_change_the_caps) {
    const auto caps = caps_of("application/x-rtp,media=audio,clock-rate=8000,encoding-name=PCMU,payload=0,mapping=/x");
    rtp::write_sdp({.id = 1, .version = 1, .name = "x", .media = {{caps, "stream=0"}}});
    ck_assert_str_eq(gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "mapping"), "/x");
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("session_description", {
                                                      test_sdp_of_two_streams_line_by_line,
                                                      test_sdp_for_ipv6_names_no_ipv4_address,
                                                      test_sdp_shows_no_field_that_is_not_for_the_wire,
                                                      test_sdp_keeps_attributes_of_the_stream,
                                                      test_sdp_tells_the_frame_rate_of_a_fraction,
                                                      test_sdp_profile_of_av1_is_a_format_parameter,
                                                      test_sdp_name_cannot_add_lines,
                                                      test_sdp_value_of_caps_cannot_add_lines,
                                                      test_sdp_leaves_out_what_is_no_rtp,
                                                      test_sdp_does_not_change_the_caps,
                                                  });
}

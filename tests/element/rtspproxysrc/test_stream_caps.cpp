// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtspproxysrc/stream_caps.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspproxy;
using rtspcore::Ref;
using rtspcore::test::assert_text;

namespace {

Ref<GstCaps> caps(const char *text) {
    return Ref<GstCaps>::adopt(gst_caps_from_string(text));
}

}  // namespace

START_TEST(test_lasting_caps_are_equal_for_two_sessions_of_one_stream) {
    const auto described = caps(
        "application/x-unknown,media=video,payload=96,clock-rate=90000,encoding-name=H264,a-tool=server,"
        "rtcp-fb-nack-pli=true,srtp-key=00112233");
    const auto received = caps(
        "application/x-rtp,media=video,payload=96,clock-rate=90000,encoding-name=H264,ssrc=(uint)7,clock-base=(uint)9,"
        "seqnum-base=(uint)1,npt-start=(guint64)0,play-speed=1.0,play-scale=1.0,onvif-mode=false,ssrc-7-cname=x");
    const auto plain = caps("application/x-rtp,media=video,payload=96,clock-rate=90000,encoding-name=H264");
    ck_assert(gst_caps_is_equal(lasting_caps(described.get()).get(), plain.get()));
    ck_assert(gst_caps_is_equal(lasting_caps(received.get()).get(), plain.get()));
}
END_TEST

START_TEST(test_lasting_caps_keep_what_describes_the_payload) {
    const auto all = caps(
        "application/x-rtp,media=video,payload=26,clock-rate=90000,encoding-name=JPEG,a-framerate=25,"
        "x-dimensions=\"640,480\"");
    ck_assert(gst_caps_is_equal(lasting_caps(all.get()).get(), all.get()));
}
END_TEST

START_TEST(test_medium_of_is_empty_for_what_is_no_rtp) {
    assert_text(medium_of(caps("application/x-unknown,media=audio").get()), "audio");
    assert_text(medium_of(caps("application/x-rdt,media=audio").get()), "");
    assert_text(medium_of(caps("application/x-rtp").get()), "");
    ck_assert_uint_eq(clock_rate_of(caps("application/x-rtp,clock-rate=8000").get()), 8000);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return rtspcore::test::run_suite(
        "stream_caps", {test_lasting_caps_are_equal_for_two_sessions_of_one_stream,
                        test_lasting_caps_keep_what_describes_the_payload, test_medium_of_is_empty_for_what_is_no_rtp});
}

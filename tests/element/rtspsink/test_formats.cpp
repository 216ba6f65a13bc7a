// SPDX-License-Identifier: LGPL-2.1-or-later
#include "caps_text.h"
#include "rtspsink/formats.h"
#include "support/check_suite.h"

using rtspsink::test::caps_of;

START_TEST(test_every_medium_has_the_payloader_that_is_expected) {
    struct Case {
        const char *caps;
        const char *payloader;
    };
    constexpr Case kCases[] = {
        {"video/x-h264, stream-format=avc", "rtph264pay"},
        {"video/x-h264, stream-format=byte-stream, alignment=nal", "rtph264pay"},
        {"video/x-h265", "rtph265pay"},
        {"video/x-av1", "rtpav1pay"},
        {"video/x-vp9", "rtpvp9pay"},
        {"video/x-vp8", "rtpvp8pay"},
        {"video/mpeg, mpegversion=4, systemstream=false", "rtpmp4vpay"},
        {"video/mpeg, mpegversion=2, systemstream=false", "rtpmpvpay"},
        {"image/jpeg", "rtpjpegpay"},
        {"video/mpegts", "rtpmp2tpay"},
        {"audio/mpeg, mpegversion=4, stream-format=raw", "rtpmp4apay"},
        {"audio/mpeg, mpegversion=1, layer=3", "rtpmpapay"},
        {"audio/x-opus", "rtpopuspay"},
        {"audio/x-ac3", "rtpac3pay"},
        {"audio/x-mulaw, rate=8000, channels=1", "rtppcmupay"},
        {"audio/x-alaw, rate=8000, channels=1", "rtppcmapay"},
        {"audio/G722, rate=16000, channels=1", "rtpg722pay"},
        {"audio/x-adpcm, layout=g726, rate=8000, channels=1", "rtpg726pay"},
        {"audio/x-raw, format=S16BE", "rtpL16pay"},
        {"audio/x-raw, format=S16LE", "rtpL16pay"},
        {"audio/x-raw, format=F32LE", "rtpL16pay"},
        {"audio/x-raw, format=S24LE", "rtpL24pay"},
        {"meta/x-klv", "rtpklvpay"},
    };
    for (const Case &c : kCases) {
        const auto *format = rtspsink::find_format(caps_of(c.caps).get());
        ck_assert_msg(format != nullptr, "%s", c.caps);
        ck_assert_str_eq(format->payloader, c.payloader);
    }
}
END_TEST

START_TEST(test_rtp_needs_no_payloader) {
    const auto *format = rtspsink::find_format(caps_of("application/x-rtp, encoding-name=X-ANYTHING").get());
    ck_assert(format != nullptr);
    ck_assert(format->payloader == nullptr);
}
END_TEST

START_TEST(test_what_is_refused_links_and_has_an_advice_of_its_own) {
    const char *general = rtspsink::advice_for(caps_of("text/plain").get());
    for (const char *text : {"video/x-raw", "audio/x-mulaw, rate=44100, channels=2", "audio/G722, rate=8000"}) {
        const auto caps = caps_of(text);
        ck_assert_msg(rtspsink::find_format(caps.get()) == nullptr, "%s", text);
        ck_assert_msg(gst_caps_can_intersect(caps.get(), rtspsink::template_caps()), "%s", text);
        ck_assert_str_ne(rtspsink::advice_for(caps.get()), general);
    }
    ck_assert(!gst_caps_can_intersect(caps_of("text/plain").get(), rtspsink::template_caps()));
}
END_TEST

START_TEST(test_encoders_that_can_do_several_rates_are_offered_the_right_one) {
    const auto filter = caps_of("audio/x-mulaw, rate=[ 8000, 48000 ], channels=[ 1, 2 ]");
    const auto offer = rtspsink::offered_caps(filter.get(), true);
    ck_assert(gst_caps_is_equal(offer.get(), caps_of("audio/x-mulaw, rate=8000, channels=1").get()));
}
END_TEST

START_TEST(test_encoders_are_offered_profiles_that_every_decoder_can_do) {
    struct Case {
        const char *filter;
        const char *offer;
    };
    constexpr Case kCases[] = {
        {"video/x-h264, profile={ high-4:4:4, high, main }", "video/x-h264, profile={ high, main }"},
        {"video/x-h264, profile=high-4:4:4", "video/x-h264, profile=high-4:4:4"},
        {"video/x-h264, stream-format=byte-stream", "video/x-h264, stream-format=byte-stream"},
        {"video/x-vp9, profile=(string){ 0, 1, 2 }", "video/x-vp9, profile=(string)0"},
    };
    for (const Case &c : kCases) {
        const auto offer = rtspsink::offered_caps(caps_of(c.filter).get(), true);
        ck_assert_msg(gst_caps_is_equal(offer.get(), caps_of(c.offer).get()), "%s", c.filter);
    }
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return rtspcore::test::run_suite("formats",
                                     {test_every_medium_has_the_payloader_that_is_expected, test_rtp_needs_no_payloader,
                                      test_what_is_refused_links_and_has_an_advice_of_its_own,
                                      test_encoders_that_can_do_several_rates_are_offered_the_right_one,
                                      test_encoders_are_offered_profiles_that_every_decoder_can_do});
}

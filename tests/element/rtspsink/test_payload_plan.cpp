// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "caps_text.h"
#include "rtspsink/payload_plan.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using rtspcore::test::assert_text;
using rtspsink::plan_payload;
using rtspsink::test::caps_of;

namespace {

bool is_installed(const char *factory) {
    return rtspcore::Ref<GstElementFactory>::adopt(gst_element_factory_find(factory)).get() != nullptr;
}

// "h264parse ! rtph264pay", or the error in brackets.
std::string plan_text(const char *caps, const std::string &payloader = {}) {
    const auto element = rtspcore::Ref<GstElement>::sink(gst_bin_new(nullptr));
    const auto plan = plan_payload(element.get(), caps_of(caps).get(), payloader);
    if (!plan)
        return "[" + plan.error().code.text + "]";
    return description(*plan);
}

}  // namespace

START_TEST(test_parsers_and_converters_come_where_they_are_needed) {
    struct Case {
        const char *caps;
        const char *plan;
        const char *needs;  // skipped without this element
    };
    constexpr Case kCases[] = {
        {"video/x-h264, stream-format=byte-stream, alignment=au", "h264parse ! rtph264pay", "h264parse"},
        {"video/x-h264, stream-format=avc, alignment=au, parsed=true", "h264parse ! rtph264pay", "h264parse"},
        {"video/x-h265, stream-format=hev1, alignment=au", "h265parse ! rtph265pay", "h265parse"},
        {"audio/mpeg, mpegversion=4, stream-format=raw, framed=true", "rtpmp4apay", "rtpmp4apay"},
        {"audio/mpeg, mpegversion=4, stream-format=adts, framed=true", "aacparse ! rtpmp4apay", "aacparse"},
        {"audio/mpeg, mpegversion=1, layer=3", "mpegaudioparse ! rtpmpapay", "mpegaudioparse"},
        {"audio/mpeg, mpegversion=1, layer=3, parsed=true", "rtpmpapay", "rtpmpapay"},
        {"audio/x-ac3, framed=true", "rtpac3pay", "rtpac3pay"},
        {"audio/x-raw, format=S16BE, layout=interleaved, rate=48000, channels=2", "rtpL16pay", "rtpL16pay"},
        {"audio/x-raw, format=S16LE, layout=interleaved, rate=48000, channels=2", "audioconvert ! rtpL16pay",
         "audioconvert"},
        {"video/mpegts, packetsize=188, systemstream=true", "rtpmp2tpay", "rtpmp2tpay"},
        {"video/mpegts", "tsparse ! rtpmp2tpay", "tsparse"},
        {"video/x-vp8", "rtpvp8pay", "rtpvp8pay"},
        {"application/x-rtp, media=video", "nothing: it is RTP", "rtph264pay"},
    };
    for (const Case &c : kCases)
        if (is_installed(c.needs))
            assert_text(plan_text(c.caps), c.plan);
}
END_TEST

START_TEST(test_payloader_of_the_users_choice_is_taken) {
    assert_text(plan_text("audio/mpeg, mpegversion=4, stream-format=raw, framed=true", "rtpmp4gpay"), "rtpmp4gpay");
    const std::string unfit = plan_text("video/x-h264, stream-format=avc", "rtpvp8pay");
    ck_assert_msg(unfit.find("'payloader': 'rtpvp8pay'") != std::string::npos, "%s", unfit.c_str());
    const std::string failure = plan_text("audio/x-opus", "rtpnonesuchpay");
    ck_assert_msg(failure.find("'payloader': 'rtpnonesuchpay'") != std::string::npos, "%s", failure.c_str());
}
END_TEST

START_TEST(test_payloader_that_is_missing_is_named_with_its_package) {
    if (is_installed("rtpav1pay"))
        return;
    const std::string failure = plan_text("video/x-av1, alignment=tu");
    ck_assert_msg(failure.find("'rtpav1pay'") != std::string::npos, "%s", failure.c_str());
    ck_assert_msg(failure.find("gst-plugins-rs") != std::string::npos, "%s", failure.c_str());
}
END_TEST

START_TEST(test_flags_that_go_without_saying_are_added_to_the_caps) {
    const auto element = rtspcore::Ref<GstElement>::sink(gst_bin_new(nullptr));
    const auto klv = caps_of("meta/x-klv");
    const auto plan = plan_payload(element.get(), klv.get(), {});
    ck_assert(plan.ok());
    const auto caps = rtspsink::implied_caps(*plan, klv);
    ck_assert(gst_caps_is_equal(caps.get(), caps_of("meta/x-klv, parsed=true").get()));
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return rtspcore::test::run_suite("payload_plan", {test_parsers_and_converters_come_where_they_are_needed,
                                                      test_payloader_of_the_users_choice_is_taken,
                                                      test_payloader_that_is_missing_is_named_with_its_package,
                                                      test_flags_that_go_without_saying_are_added_to_the_caps});
}

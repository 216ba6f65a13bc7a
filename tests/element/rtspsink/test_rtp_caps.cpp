// SPDX-License-Identifier: LGPL-2.1-or-later
#include "caps_text.h"
#include "rtspsink/rtp_caps.h"
#include "support/check_suite.h"

using rtspsink::test::caps_of;

START_TEST(test_static_payload_types_complete_themselves) {
    struct Case {
        const char *caps;
        const char *complete;
    };
    constexpr Case kCases[] = {
        {"application/x-rtp, payload=0",
         "application/x-rtp, payload=0, media=audio, encoding-name=PCMU, clock-rate=8000"},
        {"application/x-rtp, payload=26, mapping=/a",
         "application/x-rtp, payload=26, media=video, encoding-name=JPEG, clock-rate=90000"},
        {"application/x-rtp, payload=96, media=video, encoding-name=H264, clock-rate=90000, mapping=/a",
         "application/x-rtp, payload=96, media=video, encoding-name=H264, clock-rate=90000"},
    };
    for (const Case &c : kCases) {
        const auto caps = rtspsink::track_caps(caps_of(c.caps).get());
        ck_assert_msg(caps.ok(), "%s", c.caps);
        ck_assert_msg(gst_caps_is_equal(caps->get(), caps_of(c.complete).get()), "%s", c.caps);
    }
}
END_TEST

START_TEST(test_caps_that_do_not_tell_what_it_is_are_refused) {
    for (const char *bad : {
             "application/x-rtp",
             "application/x-rtp, payload=96",
             "application/x-rtp, payload=96, media=video, clock-rate=90000",
             "application/x-rtp, payload=96, media=video, encoding-name=H264",
             "application/x-rtp, payload=96, encoding-name=H264, clock-rate=90000",
             "application/x-rtp, payload=128, media=video, encoding-name=H264, clock-rate=90000",
             "application/x-rtp, media=video, encoding-name=H264, clock-rate=90000",
         })
        ck_assert_msg(!rtspsink::track_caps(caps_of(bad).get()).ok(), "%s", bad);
}
END_TEST

START_TEST(test_viewers_go_on_only_if_the_stream_itself_tells_the_difference) {
    constexpr const char *kH264 = "application/x-rtp, payload=96, media=video, encoding-name=H264, clock-rate=90000";
    constexpr const char *kLatm =
        "application/x-rtp, payload=96, media=audio, encoding-name=MP4A-LATM, clock-rate=48000";
    constexpr const char *kMpeg4 =
        "application/x-rtp, payload=96, media=video, encoding-name=MP4V-ES, clock-rate=90000";
    struct Case {
        const char *caps;
        const char *old_more;
        const char *new_more;
        bool continues;
    };
    constexpr Case kCases[] = {
        {kH264, "", "", true},
        {kH264, ", sprop-parameter-sets=a", ", sprop-parameter-sets=b", true},
        {kH264, "", ", a-framerate=30, profile-level-id=42e01e", true},
        {kH264, ", ssrc=(uint)1", ", ssrc=(uint)2", false},
        {kH264, ", x-unknown=a", "", false},
        {kLatm, ", config=4000", ", config=5000", false},
        {kMpeg4, ", config=4000", ", config=5000", true},
    };
    for (const Case &c : kCases) {
        const auto old_caps = caps_of((std::string(c.caps) + c.old_more).c_str());
        const auto new_caps = caps_of((std::string(c.caps) + c.new_more).c_str());
        ck_assert_msg(rtspsink::continues(old_caps.get(), new_caps.get()) == c.continues, "%s%s", c.caps, c.new_more);
    }
    ck_assert(!rtspsink::continues(caps_of(kH264).get(), caps_of(kMpeg4).get()));
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return rtspcore::test::run_suite(
        "rtp_caps", {test_static_payload_types_complete_themselves, test_caps_that_do_not_tell_what_it_is_are_refused,
                     test_viewers_go_on_only_if_the_stream_itself_tells_the_difference});
}

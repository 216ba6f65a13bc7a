// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <string>

#include "rtp/rtcp.h"
#include "subscribed.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"
#include "support/tracks.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using media::SharedBatch;
using test::assert_letters;
using test::assert_text;
using test::letters_of;
using test::Subscribed;
using test::taken;

namespace {

rtp::SenderInfo info_of(const SharedBatch &report) {
    const auto bytes = report->packet(report->extents().front());
    return {.ssrc = rtp::load_u32(bytes, 4),
            .ntp = rtp::NtpTime{uint64_t{rtp::load_u32(bytes, 8)} << 32 | rtp::load_u32(bytes, 12)},
            .time = rtp::load_u32(bytes, 16),
            .packets = rtp::load_u32(bytes, 20),
            .octets = rtp::load_u32(bytes, 24)};
}

}  // namespace

START_TEST(test_track_reports_before_its_first_batch_and_every_five_seconds_of_its_own_time) {
    const Subscribed s;
    const auto track = s.mount->add_track(test::video_config());
    for (const auto made : {0ms, 33ms, 4999ms, 5000ms, 5033ms, 9999ms, 20'000ms, 20'033ms})
        track->publish(test::make_batch({.made = made}));
    assert_letters(*s.mailbox, "S000S000S00");
}
END_TEST

START_TEST(test_track_report_tells_the_mapping_of_the_batch_it_precedes) {
    const Subscribed s;
    const auto track = s.mount->add_track(test::video_config());
    track->publish(test::make_batch({.time = 123'456}));
    const auto deliveries = taken(*s.mailbox);
    const SharedBatch &report = deliveries.front().batch;
    ck_assert_uint_eq(report->slab()[1], 1);
    const auto info = info_of(report);
    ck_assert_uint_eq(info.ssrc, 0x5ead0000);
    ck_assert_uint_eq(info.time, 123'456);
    ck_assert(info.ntp == test::capture_of(123'456));
    const auto bytes = report->packet(report->extents().front());
    const std::string text(bytes.begin(), bytes.end());
    ck_assert(text.find(s.mount->cname()) != std::string::npos);
}
END_TEST

START_TEST(test_reports_of_all_tracks_that_run_go_out_together) {
    const Subscribed s;
    const auto video = s.mount->add_track(test::video_config());
    const auto other = s.mount->add_track(test::video_config());
    const auto publish = [&](std::chrono::milliseconds made) {
        video->publish(test::make_batch({.made = made}));
        other->publish(test::make_batch({.track = 1, .made = made + 10ms}));
    };
    for (const auto made : {0ms, 4990ms, 5010ms})
        publish(made);
    assert_letters(*s.mailbox, "S0SS101SS01");
    video->publish(test::make_batch({.made = 10'010ms}));
    assert_letters(*s.mailbox, "S0");
}
END_TEST

// As after a pause: the time stamps go on where they were, and it is a second later.
START_TEST(test_reports_follow_when_all_streams_have_moved) {
    const Subscribed s;
    const auto video = s.mount->add_track(test::video_config());
    const auto other = s.mount->add_track(test::video_config());
    for (const auto made : {1000ms, 2100ms, 2300ms, 2500ms}) {
        const auto later = made > 2000ms ? 1000ms : 0ms;
        const auto time = static_cast<rtp::RtpTime>((made - later).count()) * 90;
        video->publish(test::make_batch({.made = made, .time = time, .later = later}));
        other->publish(test::make_batch({.track = 1, .made = made + 10ms, .time = time, .later = later}));
    }
    auto deliveries = taken(*s.mailbox);
    assert_text(letters_of(deliveries), "S0SS101SS0101");
    const auto info = info_of(deliveries[7].batch);
    ck_assert_uint_eq(info.time, 1300 * 90);
    ck_assert(info.ntp == test::capture_of(2300 * 90));
}
END_TEST

START_TEST(test_reports_follow_a_new_source) {
    const Subscribed s;
    const auto track = s.mount->add_track(test::video_config());
    for (const auto made : {0ms, 100ms, 300ms})
        track->publish(test::make_batch({.made = made, .ssrc = made == 0ms ? 1u : 2u}));
    assert_letters(*s.mailbox, "S00S0");
}
END_TEST

int main() {
    gst_init(nullptr, nullptr);
    return test::run_suite("sender_reports",
                           {test_track_reports_before_its_first_batch_and_every_five_seconds_of_its_own_time,
                            test_track_report_tells_the_mapping_of_the_batch_it_precedes,
                            test_reports_of_all_tracks_that_run_go_out_together,
                            test_reports_follow_when_all_streams_have_moved, test_reports_follow_a_new_source});
}

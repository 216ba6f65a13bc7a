// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "media/join.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"
#include "support/tracks.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using media::JoinKind;
using media::Ring;
using media::SharedBatch;
using media::StartMode;
using media::TrackSelection;

namespace {

constexpr media::RingLimits kUnlimited{std::chrono::hours{1}, size_t{1} << 30};
constexpr rtp::RtpTime kFrame = 3000;  // 30 pictures a second at 90 kHz
constexpr uint8_t kVideo = 0;
constexpr uint8_t kAudio = 1;

int32_t distance(rtp::RtpTime from, rtp::RtpTime to) {
    return static_cast<int32_t>(to - from);
}

// A mount with a video and an audio track, and a ring that the test fills.
struct Presentation {
    Presentation() {
        mount->add_track(test::video_config());
        mount->add_track(test::audio_config());
    }
    [[nodiscard]] TrackSelection select(std::initializer_list<uint8_t> tracks) const {
        TrackSelection selection;
        for (const uint8_t track : tracks)
            selection.add(*mount->track(track));
        return selection;
    }
    void video(std::chrono::milliseconds made, rtp::RtpTime time, bool key = false) {
        ring.append(
            test::make_batch({.made = made, .time = time, .sequence = next_sequence, .key = key, .packets = 2}));
        next_sequence = static_cast<uint16_t>(next_sequence + 2);
    }
    void audio(std::chrono::milliseconds made, rtp::RtpTime time) {
        ring.append(test::make_batch({.track = kAudio, .made = made, .time = time, .key = true, .dependent = false}));
    }
    // Pictures in coding order, the first a key unit: their places in presentation order.
    void pictures(std::initializer_list<int> places, rtp::RtpTime begin) {
        for (const int place : places) {
            video(made_ms, begin + static_cast<rtp::RtpTime>(place) * kFrame, place == *places.begin());
            made_ms += 33ms;
        }
    }
    [[nodiscard]] std::vector<SharedBatch> burst(std::initializer_list<uint8_t> tracks, bool squeeze = true) {
        std::vector<SharedBatch> batches;
        for (const media::TimedUnit &timed : media::make_join_burst(ring, select(tracks), mount->tracks(), squeeze))
            batches.push_back(timed.batch());
        return batches;
    }

    std::shared_ptr<media::Mount> mount = media::Mount::create("/test", {});
    Ring ring{kUnlimited};
    uint16_t next_sequence = 65530;
    std::chrono::milliseconds made_ms{0};
};

std::vector<rtp::RtpTime> times_of(const std::vector<SharedBatch> &units) {
    std::vector<rtp::RtpTime> times;
    for (const SharedBatch &unit : units)
        times.push_back(unit->properties().time);
    return times;
}

// Each later picture of the true stream is later in the other one as well: that is what a player's order needs.
void assert_same_order(const std::vector<rtp::RtpTime> &truth, const std::vector<rtp::RtpTime> &others) {
    ck_assert_uint_eq(truth.size(), others.size());
    for (size_t i = 0; i < truth.size(); ++i)
        for (size_t k = 0; k < truth.size(); ++k)
            if (distance(truth[i], truth[k]) > 0)
                ck_assert_msg(distance(others[i], others[k]) > 0, "units %zu (%u, was %u) and %zu (%u, was %u)", i,
                              others[i], truth[i], k, others[k], truth[k]);
}

}  // namespace

START_TEST(test_join_kind_follows_mode_ring_and_encoder) {
    enum class Content : uint8_t { Empty, NoKey, ShortGop, LongGop };
    using Content::Empty, Content::NoKey, Content::ShortGop, Content::LongGop;
    const struct {
        Content content;
        StartMode mode;
        bool encoder_answers;
        JoinKind kind;
    } kCases[] = {
        {Empty, StartMode::Auto, true, JoinKind::KeyFrame},
        {Empty, StartMode::Burst, true, JoinKind::KeyFrame},
        {Empty, StartMode::Now, true, JoinKind::Now},
        {NoKey, StartMode::Auto, false, JoinKind::KeyFrame},
        {NoKey, StartMode::Burst, true, JoinKind::KeyFrame},
        {ShortGop, StartMode::Auto, true, JoinKind::Burst},
        {ShortGop, StartMode::Auto, false, JoinKind::Burst},
        {ShortGop, StartMode::Burst, true, JoinKind::Burst},
        {ShortGop, StartMode::KeyFrame, true, JoinKind::KeyFrame},
        {ShortGop, StartMode::KeyFrame, false, JoinKind::KeyFrame},
        {ShortGop, StartMode::Now, true, JoinKind::Now},
        {LongGop, StartMode::Auto, true, JoinKind::KeyFrame},
        {LongGop, StartMode::Auto, false, JoinKind::Burst},
        {LongGop, StartMode::Burst, true, JoinKind::Burst},
        {LongGop, StartMode::Now, false, JoinKind::Now},
    };
    for (const auto &test : kCases) {
        Presentation p;
        if (test.content != Empty)
            p.video(0ms, 0, test.content != NoKey);
        if (test.content == ShortGop)
            p.video(2000ms, 180'000);
        if (test.content == LongGop)
            p.video(2001ms, 180'000);
        media::MountConfig config;
        config.start_mode = test.mode;
        config.burst_max = 2000ms;
        ck_assert_msg(media::choose_join(p.ring, p.select({kVideo, kAudio}), config, test.encoder_answers) == test.kind,
                      "content %d, mode %d, answers %d", static_cast<int>(test.content), static_cast<int>(test.mode),
                      test.encoder_answers);
    }
}
END_TEST

START_TEST(test_join_kind_of_audio_alone_waits_for_no_key_unit) {
    Presentation p;
    const media::MountConfig config;
    ck_assert(media::choose_join(p.ring, p.select({kAudio}), config, true) == JoinKind::Now);
    p.audio(0ms, 0);
    ck_assert(media::choose_join(p.ring, p.select({kAudio}), config, true) == JoinKind::Burst);
}
END_TEST

START_TEST(test_join_kind_looks_for_key_units_of_what_is_selected) {
    Presentation p;
    p.mount->add_track(test::video_config());
    p.video(0ms, 0, true);
    ck_assert(media::choose_join(p.ring, p.select({2}), {}, true) == JoinKind::KeyFrame);
    ck_assert(media::choose_join(p.ring, p.select({kVideo}), {}, true) == JoinKind::Burst);
}
END_TEST

START_TEST(test_join_burst_is_the_last_key_unit_and_after_then_the_newest_audio) {
    Presentation p;
    p.video(0ms, 0, true);
    p.audio(20ms, 0);
    p.video(33ms, kFrame, true);
    p.audio(40ms, 160);
    p.ring.append(media::make_rtcp_batch(kVideo, std::vector<uint8_t>(8), test::at(50ms)));
    p.video(66ms, 2 * kFrame);
    const auto burst = p.burst({kVideo, kAudio});
    ck_assert_uint_eq(burst.size(), 3);
    ck_assert(burst[0]->track() == kVideo && burst[0]->is_entry_point());
    ck_assert_uint_eq(burst[0]->properties().first_sequence, p.ring.at(2)->properties().first_sequence);
    ck_assert_msg(burst[1] == p.ring.at(5), "the live unit itself");
    ck_assert_msg(burst[2] == p.ring.at(3), "the newest audio itself");
    ck_assert_uint_eq(p.burst({kVideo}).size(), 2);
    ck_assert(p.burst({kAudio}) == std::vector<SharedBatch>{p.ring.at(3)});
}
END_TEST

START_TEST(test_join_burst_leaves_out_audio_that_pauses) {
    Presentation p;
    p.audio(0ms, 0);
    p.video(1000ms, 0, true);
    ck_assert_uint_eq(p.burst({kVideo, kAudio}).size(), 2);
    p.video(1001ms, kFrame);
    ck_assert_uint_eq(p.burst({kVideo, kAudio}).size(), 2);
    ck_assert(p.burst({kAudio}).empty());
}
END_TEST

START_TEST(test_join_burst_without_key_unit_is_empty) {
    Presentation p;
    p.video(0ms, 0);
    ck_assert(p.burst({kVideo}).empty());
    ck_assert(Presentation().burst({kVideo, kAudio}).empty());
}
END_TEST

START_TEST(test_join_burst_is_squeezed_in_order_to_end_at_the_live_time) {
    // Beginning far from, and right before, the wrap of RTP time.
    for (const rtp::RtpTime begin : {rtp::RtpTime{90'000}, rtp::RtpTime{0} - 10 * kFrame}) {
        Presentation p;
        for (unsigned i = 0; i < 30; ++i)
            p.video(i * 33ms, begin + i * kFrame, i == 0);
        const auto burst = p.burst({kVideo});
        const auto times = times_of(burst);
        ck_assert_uint_eq(burst.size(), 30);
        for (size_t i = 1; i < times.size(); ++i)
            ck_assert_int_gt(distance(times[i - 1], times[i]), 0);
        ck_assert_msg(times.back() == begin + 29 * kFrame, "ends at the live time");
        ck_assert_msg(distance(times.front(), times.back()) < static_cast<int32_t>(kFrame), "takes less than a frame");
    }
}
END_TEST

// What a player is shown must not stand still: two units of one RTP time would be one picture.
START_TEST(test_join_burst_of_many_units_stays_strictly_ordered) {
    Presentation p;
    for (unsigned i = 0; i < 3600; ++i)
        p.video(i * 17ms, i * 1500, i == 0);
    const auto times = times_of(p.burst({kVideo}));
    for (size_t i = 1; i < times.size(); ++i)
        ck_assert_msg(distance(times[i - 1], times[i]) > 0, "units %zu and %zu are both at %u", i - 1, i, times[i]);
    ck_assert_uint_eq(times.back(), 3599 * 1500);
}
END_TEST

START_TEST(test_join_burst_of_uneven_times_stays_strictly_ordered) {
    Presentation p;
    const rtp::RtpTime times[] = {0, 1, 2, 3, 900'000, 900'001, 900'002, 900'003};
    for (size_t i = 0; i < std::size(times); ++i)
        p.video(i * 33ms, times[i], i == 0);
    assert_same_order(std::vector<rtp::RtpTime>(std::begin(times), std::end(times)), times_of(p.burst({kVideo})));
}
END_TEST

START_TEST(test_join_burst_keeps_the_order_of_pictures_with_those_that_follow) {
    const struct {
        const char *name;
        std::vector<int> before;     // the burst, in coding order
        std::vector<int> following;  // what comes live after it
    } kCases[] = {
        {"no reordering", {0, 1, 2, 3, 4, 5}, {6, 7}},
        {"one B picture, whole", {0, 2, 1, 4, 3, 6, 5}, {8, 7}},
        {"one B picture, cut", {0, 2, 1, 4, 3, 6}, {5, 8, 7}},
        {"pyramid, cut after its P", {0, 4, 2, 1, 3, 8, 6, 5, 7, 12}, {10, 9, 11}},
        {"pyramid, cut after its first B", {0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10}, {9, 11}},
        {"leading pictures of an open GOP", {2, 0, 1, 5, 3, 4, 8}, {6, 7}},
    };
    for (const auto &test : kCases) {
        Presentation p;
        std::vector<rtp::RtpTime> truth;
        for (const int place : test.before) {
            truth.push_back(static_cast<rtp::RtpTime>(place + 100) * kFrame);
            p.video(p.made_ms, truth.back(), truth.size() == 1);
            p.made_ms += 33ms;
        }
        std::vector<rtp::RtpTime> shown = times_of(p.burst({kVideo}));
        for (const int place : test.following) {
            truth.push_back(static_cast<rtp::RtpTime>(place + 100) * kFrame);
            shown.push_back(truth.back());
        }
        assert_same_order(truth, shown);
        ck_assert_msg(distance(shown[0], *std::max_element(shown.begin(), shown.end())) <= 6 * static_cast<int>(kFrame),
                      "%s: the burst takes %d ticks", test.name, distance(shown[0], shown.back()));
    }
}
END_TEST

// The GOP that has only begun does not show how far pictures are reordered; the one before it does.
START_TEST(test_join_burst_of_a_gop_just_begun_knows_the_reordering_of_the_last_one) {
    Presentation p;
    p.pictures({0, 4, 2, 1, 3, 8, 6, 5, 7}, 0);
    p.pictures({9, 13}, 0);
    auto shown = times_of(p.burst({kVideo}));
    std::vector<rtp::RtpTime> truth{9 * kFrame, 13 * kFrame};
    for (const unsigned place : {11u, 10u, 12u}) {
        truth.push_back(place * kFrame);
        shown.push_back(place * kFrame);
    }
    assert_same_order(truth, shown);
}
END_TEST

START_TEST(test_join_burst_after_a_jump_of_the_clock_is_squeezed_as_ever) {
    Presentation p;
    p.pictures({0, 2, 1}, 10'000'000);
    p.pictures({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 0);
    const auto times = times_of(p.burst({kVideo}));
    ck_assert_uint_eq(times.back(), 9 * kFrame);
    ck_assert_int_le(distance(times.front(), times.back()), 2 * static_cast<int>(kFrame));
}
END_TEST

START_TEST(test_join_burst_copies_differ_in_time_only) {
    Presentation p;
    for (unsigned i = 0; i < 10; ++i)
        p.video(i * 33ms, i * kFrame, i == 0);
    const auto burst = p.burst({kVideo});
    for (size_t i = 0; i < burst.size(); ++i) {
        const auto &copy = *burst[i];
        const auto &original = *p.ring.at(i);
        ck_assert_uint_eq(copy.slab().size(), original.slab().size());
        for (size_t k = 0; k < copy.extents().size(); ++k) {
            const auto bytes = copy.packet(copy.extents()[k]);
            std::vector<uint8_t> expected(original.packet(original.extents()[k]).begin(),
                                          original.packet(original.extents()[k]).end());
            rtp::set_time(expected, copy.properties().time);
            ck_assert(std::ranges::equal(bytes, expected));
        }
        ck_assert(copy.is_key() == original.is_key());
        ck_assert_uint_eq(copy.properties().first_sequence, original.properties().first_sequence);
        ck_assert_uint_eq(copy.properties().packets_before, original.properties().packets_before);
        ck_assert(copy.properties().made == original.properties().made);
        ck_assert_msg(original.properties().time == i * kFrame, "what others are sent is not touched");
    }
}
END_TEST

// A sender report made of a squeezed unit maps RTP time to the wall clock as one made of a live unit does.
START_TEST(test_join_burst_capture_times_follow_the_true_mapping) {
    Presentation p;
    for (unsigned i = 0; i < 30; ++i)
        p.video(i * 33ms, rtp::RtpTime{0} - 12 * kFrame + i * kFrame, i == 0);
    for (const SharedBatch &unit : p.burst({kVideo})) {
        const auto error =
            rtp::to_wall(unit->properties().capture) - rtp::to_wall(test::capture_of(unit->properties().time));
        ck_assert_msg(std::chrono::abs(error) < 12us, "off by %ld ns", static_cast<long>(error.count()));
    }
}
END_TEST

START_TEST(test_join_burst_for_lossless_viewers_keeps_the_shared_units) {
    Presentation p;
    for (unsigned i = 0; i < 10; ++i)
        p.video(i * 33ms, i * kFrame, i == 0);
    const auto burst = p.burst({kVideo}, false);
    for (size_t i = 0; i < burst.size(); ++i)
        ck_assert(burst[i] == p.ring.at(i));
}
END_TEST

START_TEST(test_join_burst_of_the_newest_unit_alone_is_not_copied) {
    Presentation p;
    p.video(0ms, 0, true);
    const auto burst = p.burst({kVideo});
    ck_assert_uint_eq(burst.size(), 1);
    ck_assert(burst[0] == p.ring.at(0));
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("join", {
                                       test_join_kind_follows_mode_ring_and_encoder,
                                       test_join_kind_of_audio_alone_waits_for_no_key_unit,
                                       test_join_kind_looks_for_key_units_of_what_is_selected,
                                       test_join_burst_is_the_last_key_unit_and_after_then_the_newest_audio,
                                       test_join_burst_leaves_out_audio_that_pauses,
                                       test_join_burst_without_key_unit_is_empty,
                                       test_join_burst_is_squeezed_in_order_to_end_at_the_live_time,
                                       test_join_burst_of_many_units_stays_strictly_ordered,
                                       test_join_burst_of_uneven_times_stays_strictly_ordered,
                                       test_join_burst_keeps_the_order_of_pictures_with_those_that_follow,
                                       test_join_burst_of_a_gop_just_begun_knows_the_reordering_of_the_last_one,
                                       test_join_burst_after_a_jump_of_the_clock_is_squeezed_as_ever,
                                       test_join_burst_copies_differ_in_time_only,
                                       test_join_burst_capture_times_follow_the_true_mapping,
                                       test_join_burst_for_lossless_viewers_keeps_the_shared_units,
                                       test_join_burst_of_the_newest_unit_alone_is_not_copied,
                                   });
}

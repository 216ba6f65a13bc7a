// SPDX-License-Identifier: LGPL-2.1-or-later
#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "subscribed.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"
#include "support/tracks.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using media::Delivery;
using media::Mailbox;
using media::Mount;
using test::assert_letters;
using test::letters_of;
using test::Subscribed;
using test::taken;

START_TEST(test_mount_subscriber_gets_snapshot_and_what_follows) {
    const auto mount = Mount::create("/test", {});
    const auto track = mount->add_track(test::video_config());
    track->publish(test::make_batch({.key = true}));
    const auto mailbox = std::make_shared<Mailbox>();
    const auto snapshot = mount->subscribe(mailbox);
    ck_assert_uint_eq(snapshot.batches.size(), 2);
    const auto next = test::make_batch({.made = 33ms});
    track->publish(next);
    const auto deliveries = taken(*mailbox);
    ck_assert_uint_eq(deliveries.size(), 1);
    ck_assert_uint_eq(deliveries[0].index, snapshot.begin + 2);
    ck_assert_uint_eq(deliveries[0].mount, mount->id());
    ck_assert(deliveries[0].batch == next);
}
END_TEST

START_TEST(test_mount_tells_its_tracks_how_many_watch) {
    const auto mount = Mount::create("/test", {});
    std::vector<unsigned> told;
    uint64_t last = 0;
    auto config = test::video_config();
    config.watched = [&](unsigned viewers, uint64_t number) {
        ck_assert_uint_gt(number, last);
        last = number;
        told.push_back(viewers);
    };
    const auto first = mount->add_track(config);
    mount->add_viewer();
    mount->add_viewer();
    mount->remove_viewer();
    ck_assert(told == std::vector<unsigned>({0, 1, 2, 1}));
    // A later generation of the mount is newer, whatever came before.
    const auto second = Mount::create("/test", {})->add_track(config);
    ck_assert(told == std::vector<unsigned>({0, 1, 2, 1, 0}));
    ck_assert_uint_eq(mount->statistics().viewers, 1);
    mount->close();
    mount->remove_viewer();
    ck_assert_uint_eq(told.size(), 5);
}
END_TEST

START_TEST(test_mount_counts_the_copies_that_leave) {
    const auto mount = Mount::create("/test", {});
    ck_assert_uint_eq(mount->statistics().copies(), 0);
    mount->add_viewer(media::ViewerCopy::OfGroup);
    ck_assert_uint_eq(mount->statistics().copies(), 1);
    mount->add_viewer();
    mount->add_viewer(media::ViewerCopy::OfGroup);
    mount->add_viewer();
    ck_assert_uint_eq(mount->statistics().viewers, 4);
    ck_assert_uint_eq(mount->statistics().copies(), 3);
    mount->remove_viewer();
    mount->remove_viewer(media::ViewerCopy::OfGroup);
    ck_assert_uint_eq(mount->statistics().copies(), 2);
    mount->remove_viewer(media::ViewerCopy::OfGroup);
    ck_assert_uint_eq(mount->statistics().copies(), 1);
}
END_TEST

START_TEST(test_mount_unsubscribed_gets_nothing_more) {
    const Subscribed s;
    const auto track = s.mount->add_track(test::video_config());
    track->publish(test::make_batch({}));
    s.mount->unsubscribe(s.mailbox);
    track->publish(test::make_batch({}));
    s.mount->close();
    assert_letters(*s.mailbox, "S0");
}
END_TEST

// While another thread publishes, what a subscriber gets from the snapshot and the mailbox has no gap and no
// repetition.
START_TEST(test_mount_subscribe_while_publishing_has_no_gap_and_no_repetition) {
    media::MountConfig config;
    config.ring.duration = 50ms;
    const auto mount = Mount::create("/test", config);
    const auto track = mount->add_track(test::video_config());
    std::atomic<bool> done{false};
    std::thread publisher([&] {
        for (int i = 0; !done; ++i)
            track->publish(test::make_batch({.made = i * 1ms, .key = i % 10 == 0, .payload = 1}));
    });
    int whole = 0;
    for (int round = 0; round < 200; ++round) {
        const auto mailbox = std::make_shared<Mailbox>();
        const auto snapshot = mount->subscribe(mailbox);
        std::vector<Delivery> got;
        const auto take = [&] {
            for (Delivery &each : taken(*mailbox))
                got.push_back(std::move(each));
        };
        for (int takes = 0; takes < 3; ++takes)
            take();
        mount->unsubscribe(mailbox);
        take();
        if (mailbox->overflows() != 0)  // the machine kept this thread waiting
            continue;
        whole++;
        media::RingIndex next = snapshot.begin + snapshot.batches.size();
        for (const Delivery &each : got)
            ck_assert_uint_eq(each.index, next++);
    }
    done = true;
    publisher.join();
    ck_assert_int_gt(whole, 0);
}
END_TEST

START_TEST(test_mount_close_tells_subscribers_once_and_ends_publishing) {
    const Subscribed s;
    const auto track = s.mount->add_track(test::video_config());
    track->publish(test::make_batch({}));
    ck_assert(!s.mount->is_closed());
    s.mount->close();
    s.mount->close();
    ck_assert(s.mount->is_closed());
    track->publish(test::make_batch({}));
    track->end();
    assert_letters(*s.mailbox, "S0.");
}
END_TEST

START_TEST(test_mount_ids_are_never_reused) {
    std::set<uint64_t> ids;
    for (int i = 0; i < 100; ++i)
        ck_assert(ids.insert(Mount::create("/test", {})->id()).second);
}
END_TEST

START_TEST(test_mount_removed_track_says_goodbye_and_the_others_go_on) {
    const Subscribed s;
    const auto video = s.mount->add_track(test::video_config());
    const auto audio = s.mount->add_track(test::audio_config());
    video->publish(test::make_batch({}));
    audio->publish(test::make_batch({.track = 1, .dependent = false}));
    taken(*s.mailbox);
    s.mount->remove_track(video);
    audio->publish(test::make_batch({.track = 1, .dependent = false}));
    auto deliveries = taken(*s.mailbox);
    test::assert_text(letters_of(deliveries), "B1");
    ck_assert_uint_eq(deliveries[0].batch->track(), 0);
    ck_assert(s.mount->tracks() == std::vector{audio});
    ck_assert(!s.mount->track(0));
    ck_assert(s.mount->track(1) == audio);
}
END_TEST

// The streaming thread may not know yet that its track is gone.
START_TEST(test_mount_removed_track_publishes_nothing_after_its_goodbye) {
    const Subscribed s;
    const auto track = s.mount->add_track(test::video_config());
    track->publish(test::make_batch({}));
    s.mount->remove_track(track);
    track->publish(test::make_batch({.made = 33ms}));
    track->end();
    s.mount->remove_track(track);
    assert_letters(*s.mailbox, "S0B");
}
END_TEST

START_TEST(test_mount_track_removed_while_it_publishes_says_goodbye_last) {
    for (int round = 0; round < 50; ++round) {
        const Subscribed s;
        const auto track = s.mount->add_track(test::video_config());
        std::thread publisher([&track] {
            for (int i = 0; i < 200; ++i)
                track->publish(test::make_batch({.made = i * 1ms, .payload = 1}));
        });
        s.mount->remove_track(track);
        publisher.join();
        const std::string letters = letters_of(taken(*s.mailbox));
        const size_t goodbye = letters.find('B');
        ck_assert_msg(goodbye == std::string::npos ? letters.empty() : goodbye + 1 == letters.size(), "%s",
                      letters.c_str());
    }
}
END_TEST

START_TEST(test_mount_track_index_is_reused_when_nothing_remembers_it) {
    media::MountConfig config;
    config.ring.duration = 0ms;
    const auto mount = Mount::create("/test", config);
    const auto held = mount->add_track(test::audio_config());
    const auto published = mount->add_track(test::audio_config());
    published->publish(test::make_batch({.track = published->index()}));
    for (unsigned i = 2; i < 64; ++i) {
        const auto track = mount->add_track(test::audio_config());
        ck_assert_uint_eq(track->index(), i);
        mount->remove_track(track);
    }
    mount->remove_track(held);
    for (unsigned i = 2; i < 64; ++i)
        ck_assert_uint_eq(mount->add_track(test::audio_config())->index(), i);
    ck_assert(!mount->add_track(test::audio_config()));
}
END_TEST

START_TEST(test_mount_track_index_is_not_reused_while_its_batches_are_in_the_ring) {
    const auto mount = Mount::create("/test", {});
    for (unsigned i = 0; i < 64; ++i) {
        const auto track = mount->add_track(test::audio_config());
        if (i != 7)
            track->publish(test::make_batch({.track = track->index()}));
        mount->remove_track(track);
    }
    const auto track = mount->add_track(test::audio_config());
    ck_assert(track && track->index() == 7);
    ck_assert(!mount->add_track(test::audio_config()));
}
END_TEST

START_TEST(test_mount_track_outlives_its_mount) {
    auto mount = Mount::create("/test", {});
    const auto track = mount->add_track(test::video_config([] { return true; }));
    track->publish(test::make_batch({}));
    mount.reset();
    track->publish(test::make_batch({}));
    ck_assert(track->request_key_unit(test::kStart));
    track->end();
}
END_TEST

START_TEST(test_mount_describes_its_tracks) {
    const auto mount = Mount::create("/cam", {});
    mount->add_track(test::video_config());
    const auto audio = mount->add_track(test::audio_config());
    const std::string both = mount->describe(false);
    ck_assert(both.find("m=video") != std::string::npos && both.find("a=control:stream=0") != std::string::npos);
    ck_assert(both.find("m=audio") != std::string::npos && both.find("a=control:stream=1") != std::string::npos);
    ck_assert(both.find(" IN IP4 ") != std::string::npos);
    ck_assert(mount->describe(true).find(" IN IP6 ") != std::string::npos);
    ck_assert(mount->describe(false) == both);
    mount->remove_track(audio);
    const std::string one = mount->describe(false);
    ck_assert(one.find("m=audio") == std::string::npos);
    ck_assert_msg(one.substr(0, one.find(" IN IP4")) != both.substr(0, both.find(" IN IP4")),
                  "the version of the session counts up (RFC 4566 section 5.2)");
}
END_TEST

// A sender may send them once only: who comes later learns them from the SDP.
START_TEST(test_track_caps_without_parameter_sets_are_completed_from_the_stream) {
    const auto mount = Mount::create("/cam", {});
    const auto track = mount->add_track(test::video_config());
    const std::string before = mount->describe(false);
    track->complete_caps({{"sprop-parameter-sets", "Z0LADQ==,aM48gA=="}});
    const std::string after = mount->describe(false);
    ck_assert(after.find("sprop-parameter-sets=Z0LADQ==,aM48gA==") != std::string::npos);
    ck_assert_msg(after.substr(0, after.find(" IN IP4")) != before.substr(0, before.find(" IN IP4")),
                  "the version counts up");
    auto told = Ref<GstCaps>::adopt(gst_caps_copy(track->config().caps.get()));
    gst_caps_set_simple(told.get(), "sprop-parameter-sets", G_TYPE_STRING, "Z0LAHg==,aM48gA==", nullptr);
    mount->update_caps(*track, told);
    const std::string by_caps = mount->describe(false);
    ck_assert(by_caps.find("sprop-parameter-sets=Z0LAHg==,aM48gA==") != std::string::npos);
    track->complete_caps({{"sprop-parameter-sets", "Z0LADQ==,aM48gA=="}});
    ck_assert_msg(mount->describe(false) == by_caps, "what the caps tell stays, and is the same description");
}
END_TEST

START_TEST(test_track_end_says_goodbye_once_and_publishing_begins_anew) {
    const Subscribed s;
    const auto track = s.mount->add_track(test::video_config());
    track->end();
    ck_assert(!track->goodbye());
    track->publish(test::make_batch({}));
    track->end();
    track->end();
    ck_assert(track->goodbye());
    track->publish(test::make_batch({.made = 33ms}));
    ck_assert_msg(!track->goodbye(), "it goes on");
    track->publish(test::make_batch({.made = 66ms}));
    assert_letters(*s.mailbox, "S0BS00");
}
END_TEST

START_TEST(test_track_asks_for_key_units_at_a_bounded_rate) {
    int asked = 0;
    const auto mount = Mount::create("/test", {});
    const auto track = mount->add_track(test::video_config([&asked] { return ++asked > 0; }));
    for (const auto when : {0ms, 1ms, 249ms, 250ms, 300ms, 499ms, 500ms, 10'000ms})
        ck_assert(track->request_key_unit(test::at(when)));
    ck_assert_int_eq(asked, 4);
    ck_assert_uint_eq(mount->statistics().key_unit_requests, 4);
    ck_assert(track->answers_key_requests());
}
END_TEST

START_TEST(test_track_learns_that_nobody_answers) {
    const auto mount = Mount::create("/test", {});
    const auto track = mount->add_track(test::video_config([] { return false; }));
    ck_assert(track->answers_key_requests());
    ck_assert(!track->request_key_unit(test::kStart));
    ck_assert(!track->answers_key_requests());
    const auto silent = mount->add_track(test::video_config());
    ck_assert(!silent->request_key_unit(test::kStart));
}
END_TEST

START_TEST(test_track_clock_rate_is_that_of_its_caps) {
    const auto mount = Mount::create("/test", {});
    ck_assert_uint_eq(mount->add_track(test::video_config())->clock_rate(), 90'000);
    ck_assert_uint_eq(mount->add_track(test::audio_config())->clock_rate(), 8'000);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("mount", {
                                        test_mount_subscriber_gets_snapshot_and_what_follows,
                                        test_mount_tells_its_tracks_how_many_watch,
                                        test_mount_counts_the_copies_that_leave,
                                        test_mount_unsubscribed_gets_nothing_more,
                                        test_mount_subscribe_while_publishing_has_no_gap_and_no_repetition,
                                        test_mount_close_tells_subscribers_once_and_ends_publishing,
                                        test_mount_ids_are_never_reused,
                                        test_mount_removed_track_says_goodbye_and_the_others_go_on,
                                        test_mount_removed_track_publishes_nothing_after_its_goodbye,
                                        test_mount_track_removed_while_it_publishes_says_goodbye_last,
                                        test_mount_track_index_is_reused_when_nothing_remembers_it,
                                        test_mount_track_index_is_not_reused_while_its_batches_are_in_the_ring,
                                        test_mount_track_outlives_its_mount,
                                        test_track_caps_without_parameter_sets_are_completed_from_the_stream,
                                        test_mount_describes_its_tracks,
                                        test_track_end_says_goodbye_once_and_publishing_begins_anew,
                                        test_track_asks_for_key_units_at_a_bounded_rate,
                                        test_track_learns_that_nobody_answers,
                                        test_track_clock_rate_is_that_of_its_caps,
                                    });
}

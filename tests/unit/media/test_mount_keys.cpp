// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include "media/mount_keys.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using media::MountKeys;
using media::SequenceWindow;
using test::kStart;

namespace {

constexpr auto kLifetime = 600s;

// A track of 400 packets a second with a key frame every two seconds.
std::vector<SequenceWindow> window(rtp::ExtendedSequence newest, rtp::Ssrc ssrc = 7, uint64_t run = 1) {
    return {{.track = 0, .ssrc = ssrc, .run = run, .oldest = newest - 800, .newest = newest, .rate = 400}};
}

// Somebody plays with these keys from there on.
void play(const media::KeyOffer &offer, rtp::ExtendedSequence first, rtp::Ssrc ssrc = 7, uint64_t run = 1) {
    const test::Unit unit{.sequence = static_cast<uint16_t>(first),
                          .cycle = static_cast<uint32_t>(first >> 16),
                          .run = run,
                          .ssrc = ssrc};
    ck_assert(offer.protection->protect(test::make_batch(unit)) != nullptr);
}

// On to there, leaving nothing out for too long.
void play_on(const media::KeyOffer &offer, rtp::ExtendedSequence from, rtp::ExtendedSequence to) {
    for (rtp::ExtendedSequence number = from; number < to; number += 0x1000)
        play(offer, number);
    play(offer, to);
}

}  // namespace

START_TEST(test_sequence_windows_by_track) {
    media::Ring ring({10s, size_t{1} << 20});
    ring.append(test::make_batch({.track = 0, .made = 0ms, .sequence = 65'000, .key = true, .packets = 4}));
    ring.append(test::make_batch({.track = 2, .made = 10ms, .sequence = 5}));
    ring.append(test::make_batch(
        {.track = 0, .made = 20ms, .sequence = 65'530, .key = true, .packets = 4, .packets_before = 4}));
    ring.append(media::make_rtcp_batch(2, std::vector<uint8_t>(8), test::at(25ms)));
    ring.append(
        test::make_batch({.track = 0, .made = 2000ms, .sequence = 65'534, .packets = 2, .packets_before = 400}));
    const auto windows = media::sequence_windows(ring, {0, 1, 2});
    ck_assert_uint_eq(windows.size(), 2);
    ck_assert_uint_eq(windows[0].track, 0);
    ck_assert_msg(windows[0].oldest == 0x10000 + 65'530, "where a burst begins");
    ck_assert_uint_eq(windows[0].newest, 0x10000 + 65'535);
    ck_assert_double_eq(windows[0].rate, 200);
    ck_assert_uint_eq(windows[1].oldest, windows[1].newest);
    ck_assert_double_eq(windows[1].rate, 0);
    ck_assert(media::sequence_windows(media::Ring(), {0}).empty());
}
END_TEST

START_TEST(test_sequence_windows_are_of_the_newest_run) {
    media::Ring ring({10s, size_t{1} << 20});
    ring.append(test::make_batch({.sequence = 9000, .key = true, .run = 4}));
    ring.append(test::make_batch({.made = 40ms, .sequence = 20, .run = 5}));
    const auto windows = media::sequence_windows(ring, {0});
    ck_assert_uint_eq(windows.front().run, 5);
    ck_assert_uint_eq(windows.front().oldest, 0x10000 + 20);
}
END_TEST

// Who else gets the keys that the first one got when the newest number was `before`.
START_TEST(test_keys_are_shared_within_a_cycle) {
    const struct {
        const char *name;
        rtp::ExtendedSequence before;
        rtp::ExtendedSequence after;
        bool shared;
    } kCases[] = {
        {"a moment later", 0x18000, 0x18010, true},
        {"late in the same cycle", 0x11000, 0x1f000, true},
        {"in the next cycle", 0x18000, 0x28000, false},
        {"the first may play after the wrap", 0x1fff0, 0x1fff1, false},
        {"the first may play what was before the wrap", 0x20010, 0x20011, false},
        {"near the wrap, later", 0x18000, 0x1fff0, false},
        {"the numbers went back", 0x28000, 0x18000, false},
    };
    for (const auto &test : kCases) {
        MountKeys keys;
        const auto first = keys.offer(window(test.before), kStart, kLifetime);
        play_on(first, test.before, std::max(test.before, test.after));
        const auto second = keys.offer(window(test.after), kStart + 1s, kLifetime);
        ck_assert(first.protection && second.protection);
        ck_assert_msg((first.protection == second.protection) == test.shared, "%s", test.name);
        ck_assert_msg(first.rollovers.empty() && second.rollovers.empty(), "everybody begins at 0");
    }
}
END_TEST

START_TEST(test_keys_near_the_wrap_do_not_replace_the_shared_ones) {
    MountKeys keys;
    const auto shared = keys.offer(window(0x18000), kStart, kLifetime);
    (void)keys.offer(window(0x1fff0), kStart + 1s, kLifetime);
    ck_assert(keys.offer(window(0x18000), kStart + 2s, kLifetime).protection == shared.protection);
}
END_TEST

START_TEST(test_keys_are_new_after_their_lifetime) {
    MountKeys keys;
    const auto first = keys.offer(window(0x11000), kStart, kLifetime);
    ck_assert(keys.offer(window(0x11000), kStart + kLifetime - 1s, kLifetime).protection == first.protection);
    const auto second = keys.offer(window(0x11000), kStart + kLifetime, kLifetime);
    ck_assert(second.protection != first.protection);
    ck_assert_msg(first.protection->protect(test::make_batch({.sequence = 0x1001})) != nullptr,
                  "who watches keeps the old ones");
}
END_TEST

START_TEST(test_keys_are_new_when_spent) {
    MountKeys keys;
    const auto first = keys.offer(window(0x18000), kStart, kLifetime);
    play(first, 0x18000);
    ck_assert_msg(keys.offer(window(0x18000, 8, 2), kStart, kLifetime).protection == first.protection,
                  "another SSRC begins at 0 by itself");
    const auto second = keys.offer(window(0x18000, 7, 2), kStart, kLifetime);
    ck_assert_msg(second.protection != first.protection, "the sender begins anew");
    (void)second.protection->protect(test::make_batch({.sequence = 0x8000, .ssrc = 7}));
    (void)second.protection->protect(test::make_batch({.sequence = 0x8000, .run = 2, .ssrc = 7}));
    ck_assert(second.protection->is_spent());
    ck_assert(keys.offer(window(0x18000, 7, 2), kStart, kLifetime).protection != second.protection);
}
END_TEST

START_TEST(test_keys_before_the_first_packet_are_shared) {
    MountKeys keys;
    const auto first = keys.offer({}, kStart, kLifetime);
    ck_assert(keys.offer({}, kStart, kLifetime).protection == first.protection);
    ck_assert(keys.offer(window(0x18000), kStart, kLifetime).protection == first.protection);
    play(first, 0x18000);
    ck_assert_msg(keys.offer(window(0x28000), kStart, kLifetime).protection != first.protection,
                  "the first packets bind them");
}
END_TEST

// Whether who was told a counter of `told` and was sent `heard` last (0: nothing) can decrypt `first`, with keys that
// began at 0x18000 and stand at 0x28000.
START_TEST(test_offer_fits_what_can_be_decrypted) {
    const struct {
        const char *name;
        uint32_t told;
        rtp::ExtendedSequence heard;
        media::RunPosition first;
        bool fits;
    } kCases[] = {
        {"what was told", 1, 0, {1, 0x28000}, true},
        {"the counter went on since", 0, 0, {1, 0x28000}, false},
        {"it is not yet there", 1, 0, {1, 0x21fff - 0x3000}, false},
        {"followed from before", 0, 0x26000, {1, 0x28000}, true},
        {"paused for too long", 0, 0x20000, {1, 0x28000}, false},
        {"the sender begins anew", 0, 0x26000, {2, 0x18000}, false},
    };
    MountKeys keys;
    auto offer = keys.offer(window(0x18000), kStart, kLifetime);
    play_on(offer, 0x18000, 0x28000);
    for (const auto &test : kCases) {
        offer.rollovers = {{0, test.told}};
        offer.heard.clear();
        if (test.heard != 0)
            offer.heard[0] = {1, test.heard};
        ck_assert_msg(offer.fits(0, test.first, 7) == test.fits, "%s", test.name);
    }
}
END_TEST

START_TEST(test_group_keys_are_told_with_their_counter) {
    MountKeys keys;
    ck_assert(!keys.offer_of_group(window(0x18000)).has_value());
    const auto first = keys.offer(window(0x18000), kStart, kLifetime);
    ck_assert(keys.join_group(first.protection));
    play(first, 0x18000);
    const auto now = keys.offer_of_group(window(0x18000));
    ck_assert(now && now->protection == first.protection && now->rollovers.at(0) == 0);
    play_on(first, 0x18000, 0x38000);
    const auto later = keys.offer_of_group(window(0x38000));
    ck_assert(later && later->protection == first.protection && later->rollovers.at(0) == 2);
    ck_assert_msg(!keys.offer_of_group(window(0x2fff0)), "nobody knows which counter the first packet has");
    keys.leave_group();
    ck_assert(!keys.offer_of_group(window(0x38000)).has_value());
}
END_TEST

START_TEST(test_group_has_one_key) {
    MountKeys keys;
    const auto told = keys.offer(window(0x18000), kStart, kLifetime);
    play(told, 0x18000);
    const auto first = told.protection;
    const auto second = keys.offer(window(0x28000), kStart, kLifetime).protection;
    ck_assert(keys.join_group(first) && keys.join_group(first));
    ck_assert(!keys.may_join_group(second) && !keys.join_group(second));
    ck_assert_msg(!keys.may_join_group(nullptr), "nor is it sent as it is");
    keys.leave_group();
    ck_assert(!keys.may_join_group(second));
    keys.leave_group();
    ck_assert(keys.join_group(nullptr));
    ck_assert(!keys.join_group(second));
}
END_TEST

int main() {
    return test::run_suite("mount_keys",
                           {test_sequence_windows_by_track, test_sequence_windows_are_of_the_newest_run,
                            test_keys_are_shared_within_a_cycle, test_keys_near_the_wrap_do_not_replace_the_shared_ones,
                            test_keys_are_new_after_their_lifetime, test_keys_are_new_when_spent,
                            test_keys_before_the_first_packet_are_shared, test_offer_fits_what_can_be_decrypted,
                            test_group_keys_are_told_with_their_counter, test_group_has_one_key});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
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

// A track of 400 packets a second of which the ring has two seconds.
std::vector<SequenceWindow> window(rtp::ExtendedSequence newest, rtp::Ssrc ssrc = 7) {
    return {{.track = 0, .ssrc = ssrc, .oldest = newest - 800, .newest = newest, .length = 2s}};
}

}  // namespace

START_TEST(test_sequence_windows_by_track) {
    media::Ring ring({10s, size_t{1} << 20});
    ring.append(test::make_batch({.track = 0, .made = 0ms, .sequence = 65'530, .key = true, .packets = 4}));
    ring.append(test::make_batch({.track = 2, .made = 10ms, .sequence = 5}));
    ring.append(media::make_rtcp_batch(2, std::vector<uint8_t>(8), test::at(15ms)));
    ring.append(test::make_batch({.track = 0, .made = 40ms, .sequence = 65'534, .packets = 2}));
    const auto windows = media::sequence_windows(ring);
    ck_assert_uint_eq(windows.size(), 2);
    ck_assert_uint_eq(windows[0].track, 0);
    ck_assert_uint_eq(windows[0].oldest, 0x10000 + 65'530);
    ck_assert_uint_eq(windows[0].newest, 0x10000 + 65'535);
    ck_assert(windows[0].length == 40ms);
    ck_assert_uint_eq(windows[1].oldest, windows[1].newest);
    ck_assert(media::sequence_windows(media::Ring()).empty());
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

START_TEST(test_keys_are_new_for_another_stream_and_when_spent) {
    MountKeys keys;
    const auto first = keys.offer(window(0x18000, 7), kStart, kLifetime);
    (void)first.protection->protect(test::make_batch({.sequence = 9000}));
    (void)first.protection->protect(test::make_batch({.sequence = 10, .packets_before = 1}));
    ck_assert(first.protection->is_spent());
    ck_assert(keys.offer(window(0x18000, 7), kStart, kLifetime).protection != first.protection);
}
END_TEST

START_TEST(test_keys_before_the_first_packet_are_shared) {
    MountKeys keys;
    const auto first = keys.offer({}, kStart, kLifetime);
    ck_assert(keys.offer({}, kStart, kLifetime).protection == first.protection);
    ck_assert_msg(keys.offer(window(0x18000), kStart, kLifetime).protection == first.protection,
                  "the first packets bind them");
    ck_assert(keys.offer(window(0x28000), kStart, kLifetime).protection != first.protection);
}
END_TEST

START_TEST(test_group_keys_are_told_with_their_counter) {
    MountKeys keys;
    ck_assert(!keys.offer_of_group(window(0x18000)).has_value());
    const auto first = keys.offer(window(0x18000), kStart, kLifetime);
    ck_assert(keys.join_group(first.protection));
    const auto now = keys.offer_of_group(window(0x18000));
    ck_assert(now && now->protection == first.protection && now->rollovers.at(0) == 0);
    const auto later = keys.offer_of_group(window(0x38000));
    ck_assert(later && later->protection == first.protection && later->rollovers.at(0) == 2);
    ck_assert_msg(!keys.offer_of_group(window(0x2fff0)), "nobody knows which counter the first packet has");
    keys.leave_group();
    ck_assert(!keys.offer_of_group(window(0x38000)).has_value());
}
END_TEST

START_TEST(test_group_has_one_key) {
    MountKeys keys;
    const auto first = keys.offer(window(0x18000), kStart, kLifetime).protection;
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
    return test::run_suite(
        "mount_keys",
        {test_sequence_windows_by_track, test_keys_are_shared_within_a_cycle,
         test_keys_near_the_wrap_do_not_replace_the_shared_ones, test_keys_are_new_after_their_lifetime,
         test_keys_are_new_for_another_stream_and_when_spent, test_keys_before_the_first_packet_are_shared,
         test_group_keys_are_told_with_their_counter, test_group_has_one_key});
}

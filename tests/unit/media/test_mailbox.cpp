// SPDX-License-Identifier: LGPL-2.1-or-later
#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <deque>
#include <thread>
#include <vector>

#include "media/mailbox.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"

using namespace rtspcore;
using media::Delivery;
using media::Mailbox;

namespace {

constexpr uint64_t kMount = 7;
constexpr int kDeadlineMs = 10'000;

Delivery delivery(media::RingIndex index, const media::SharedBatch &batch) {
    return {kMount, index, batch};
}

Delivery closing(uint64_t mount) {
    return {mount, 0, nullptr};
}

std::deque<Delivery> taken(Mailbox &mailbox) {
    std::deque<Delivery> out;
    mailbox.take(out);
    return out;
}

bool is_readable(const Mailbox &mailbox, int timeout_ms = 0) {
    pollfd entry{mailbox.fd(), POLLIN, 0};
    return poll(&entry, 1, timeout_ms) == 1;
}

}  // namespace

START_TEST(test_mailbox_gives_all_in_order_and_once) {
    Mailbox mailbox;
    const auto batch = test::make_batch({});
    for (media::RingIndex i = 0; i < 3; ++i)
        mailbox.put(delivery(i, batch));
    mailbox.put(closing(kMount));
    std::deque<Delivery> out{delivery(99, batch)};
    mailbox.take(out);
    ck_assert_uint_eq(out.size(), 4);
    for (media::RingIndex i = 0; i < 3; ++i)
        ck_assert(out[i].index == i && out[i].batch == batch && out[i].mount == kMount);
    ck_assert(!out[3].batch);
    ck_assert(taken(mailbox).empty());
}
END_TEST

START_TEST(test_mailbox_is_readable_from_wake_to_take) {
    Mailbox mailbox;
    mailbox.put(closing(kMount));
    ck_assert(!is_readable(mailbox));
    mailbox.wake();
    ck_assert(is_readable(mailbox));
    taken(mailbox);
    ck_assert(!is_readable(mailbox));
    mailbox.wake();
    ck_assert(is_readable(mailbox));
}
END_TEST

START_TEST(test_mailbox_many_wakes_are_one) {
    Mailbox mailbox;
    for (int i = 0; i < 5; ++i)
        mailbox.wake();
    eventfd_t count = 0;
    eventfd_read(mailbox.fd(), &count);
    ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(test_mailbox_over_its_capacity_drops_the_oldest_but_no_closing) {
    Mailbox mailbox;
    const auto batch = test::make_batch({});
    mailbox.put(closing(1));
    for (media::RingIndex i = 0; i < Mailbox::kCapacity + 9; ++i)
        mailbox.put(delivery(i, batch));
    mailbox.put(closing(2));
    const auto out = taken(mailbox);
    ck_assert_uint_eq(out.size(), Mailbox::kCapacity);
    ck_assert_uint_eq(mailbox.overflows(), 11);
    ck_assert(!out.front().batch && out.front().mount == 1);
    ck_assert_uint_eq(out[1].index, 11);
    ck_assert(!out.back().batch && out.back().mount == 2);
}
END_TEST

START_TEST(test_mailbox_over_its_bytes_drops_the_oldest) {
    Mailbox mailbox;
    const auto batch = test::make_batch({.packets = 20, .payload = 50'000});
    const size_t fitting = Mailbox::kMaxBytes / batch->footprint();
    for (media::RingIndex i = 0; i < fitting + 3; ++i)
        mailbox.put(delivery(i, batch));
    auto out = taken(mailbox);
    ck_assert_uint_eq(out.size(), fitting);
    ck_assert_uint_eq(out.front().index, 3);
    for (media::RingIndex i = 0; i < fitting; ++i)
        mailbox.put(delivery(i, batch));
    ck_assert_msg(taken(mailbox).size() == fitting, "the count of bytes begins anew with each take()");
}
END_TEST

START_TEST(test_mailbox_keeps_more_closings_than_its_capacity) {
    Mailbox mailbox;
    for (uint64_t i = 0; i < Mailbox::kCapacity + 1; ++i)
        mailbox.put(closing(i));
    mailbox.put(delivery(0, test::make_batch({})));
    const auto out = taken(mailbox);
    ck_assert_uint_eq(out.size(), Mailbox::kCapacity + 1);
    for (const Delivery &each : out)
        ck_assert(!each.batch);
    ck_assert_uint_eq(mailbox.overflows(), 1);
}
END_TEST

// Whatever the interleaving, the reader that waits for the descriptor gets everything, in each writer's order.
START_TEST(test_mailbox_loses_no_wake_between_threads) {
    constexpr uint64_t kWriters = 3;
    constexpr media::RingIndex kEach = 4000;
    Mailbox mailbox;
    const auto batch = test::make_batch({.payload = 1});
    std::vector<std::thread> writers;
    for (uint64_t writer = 0; writer < kWriters; ++writer)
        writers.emplace_back([&mailbox, &batch, writer] {
            for (media::RingIndex i = 0; i < kEach; ++i) {
                mailbox.put({writer, i, batch});
                mailbox.wake();
            }
        });
    std::array<media::RingIndex, kWriters> next{};
    bool in_time = true;
    for (media::RingIndex got = 0; got < kWriters * kEach && in_time;) {
        in_time = is_readable(mailbox, kDeadlineMs);
        for (const Delivery &each : taken(mailbox)) {
            ck_assert_uint_eq(each.index, next[each.mount]++);
            ++got;
        }
    }
    for (std::thread &writer : writers)
        writer.join();
    ck_assert_msg(in_time, "a delivery lay in the mailbox and nobody was told");
}
END_TEST

int main() {
    return test::run_suite("mailbox", {
                                          test_mailbox_gives_all_in_order_and_once,
                                          test_mailbox_is_readable_from_wake_to_take,
                                          test_mailbox_many_wakes_are_one,
                                          test_mailbox_over_its_capacity_drops_the_oldest_but_no_closing,
                                          test_mailbox_over_its_bytes_drops_the_oldest,
                                          test_mailbox_keeps_more_closings_than_its_capacity,
                                          test_mailbox_loses_no_wake_between_threads,
                                      });
}

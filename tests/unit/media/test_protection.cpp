// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <thread>
#include <vector>

#include "media/protection.h"
#include "media/timed_unit.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using media::Protection;
using media::SharedBatch;
using media::TrackProtection;

namespace {

SharedBatch unit(uint16_t sequence, uint64_t packets_before, uint32_t cycle = 1) {
    return test::make_batch({.time = sequence * 3000u,
                             .sequence = sequence,
                             .packets = 3,
                             .cycle = cycle,
                             .packets_before = packets_before});
}

bool is_equal(const SharedBatch &a, const SharedBatch &b) {
    return std::equal(a->slab().begin(), a->slab().end(), b->slab().begin(), b->slab().end());
}

constexpr rtp::Ssrc kSsrc = 7;

}  // namespace

START_TEST(test_protection_makes_one_form_for_all) {
    TrackProtection keys;
    const auto plain = unit(100, 0);
    const auto form = keys.protect(plain);
    ck_assert(form != nullptr);
    ck_assert_msg(keys.protect(plain) == form, "the same object, not the same work again");
    ck_assert_msg(!is_equal(TrackProtection().protect(plain), form), "others have other keys");
}
END_TEST

START_TEST(test_protection_makes_one_form_for_all_threads) {
    TrackProtection keys;
    std::vector<SharedBatch> plain;
    for (uint16_t i = 0; i < TrackProtection::kMostKept; ++i)
        plain.push_back(unit(static_cast<uint16_t>(3 * i), 3u * i));
    std::vector<SharedBatch> forms[2];
    const auto protect_all = [&](std::vector<SharedBatch> &into) {
        for (const auto &batch : plain)
            into.push_back(keys.protect(batch));
    };
    std::thread other(protect_all, std::ref(forms[1]));
    protect_all(forms[0]);
    other.join();
    ck_assert(forms[0] == forms[1]);
}
END_TEST

START_TEST(test_protection_keeps_the_shape) {
    TrackProtection keys;
    const auto plain = unit(100, 0);
    const auto form = keys.protect(plain);
    ck_assert_uint_eq(form->extents().size(), plain->extents().size());
    for (size_t i = 0; i < form->extents().size(); ++i) {
        const auto &extent = form->extents()[i];
        ck_assert_uint_eq(extent.size, plain->extents()[i].size + 10u);
        const uint8_t *header = form->slab().data() + extent.offset - 4;
        ck_assert_uint_eq(header[0], '$');
        ck_assert_uint_eq(header[1], media::usual_rtp_channel(0));
        ck_assert_uint_eq(header[2] * 256u + header[3], extent.size);
    }
    ck_assert(form->properties().first_sequence == plain->properties().first_sequence);
}
END_TEST

START_TEST(test_protection_forgets_what_nobody_holds) {
    TrackProtection keys;
    auto plain = unit(100, 0);
    std::weak_ptr<const media::PacketBatch> form = keys.protect(plain);
    plain.reset();
    (void)keys.protect(unit(103, 3));
    ck_assert(form.expired());
}
END_TEST

START_TEST(test_protection_keeps_a_bounded_number) {
    TrackProtection keys;
    std::vector<SharedBatch> plain;
    std::vector<std::weak_ptr<const media::PacketBatch>> forms;
    for (uint16_t i = 0; i < 2 * TrackProtection::kMostKept; ++i) {
        plain.push_back(unit(static_cast<uint16_t>(3 * i), 3u * i));
        forms.push_back(keys.protect(plain.back()));
    }
    const auto kept = std::ranges::count_if(forms, [](const auto &form) { return !form.expired(); });
    ck_assert_uint_eq(static_cast<size_t>(kept), TrackProtection::kMostKept);
    ck_assert_msg(keys.protect(plain.front()) != nullptr, "who is far behind gets it all the same");
}
END_TEST

// Joiners are sent what is older, at other times; that its payload is encrypted as before gives nothing away.
START_TEST(test_protection_of_an_older_unit_for_a_joiner) {
    TrackProtection keys;
    std::vector<SharedBatch> ring;
    for (uint16_t i = 0; i < 60; ++i) {
        ring.push_back(unit(static_cast<uint16_t>(500 + 3 * i), 3u * i));
        ck_assert(keys.protect(ring.back()) != nullptr);
    }
    const auto early = media::TimedUnit(ring[2], 42, 1s).batch();
    const auto form = keys.protect(early);
    ck_assert(form != nullptr);
    const auto usual = keys.protect(ring[2]);
    const auto payload = [](const SharedBatch &batch) {
        const auto packet = batch->packet(batch->extents().front());
        return std::vector<uint8_t>(packet.begin() + rtp::kFixedHeaderSize, packet.end() - 10);
    };
    ck_assert(payload(form) == payload(usual));
    ck_assert_msg(!is_equal(form, usual), "the times differ, and so does the tag");
}
END_TEST

// What becomes of a unit after one that ended at 0x18000.
START_TEST(test_protection_never_uses_a_number_twice) {
    enum Outcome : uint8_t { Sent, Refused, Spent };
    const struct {
        const char *name;
        test::Unit unit;
        Outcome outcome;
    } kCases[] = {
        {"it goes on", {.sequence = 0x8001}, Sent},
        {"with a gap", {.sequence = 0x9000}, Sent},
        {"in the next cycle", {.sequence = 10, .cycle = 2}, Spent},
        {"just within reach", {.sequence = 0xefff}, Sent},
        {"a jump that nobody could follow", {.sequence = 0xf100}, Spent},
        {"an older one, for a joiner", {.sequence = 0x7000}, Sent},
        {"too old a one", {.sequence = 0x0100}, Refused},
        {"of the cycle before the first", {.sequence = 0xffff, .cycle = 0}, Refused},
        {"the sender begins anew", {.sequence = 0x8001, .run = 2}, Spent},
        {"as somebody else", {.sequence = 0x8001, .run = 2, .ssrc = 7}, Sent},
        {"of the run before", {.sequence = 0x8001, .run = 0, .ssrc = 7}, Refused},
    };
    for (const auto &test : kCases) {
        TrackProtection keys;
        ck_assert(keys.protect(test::make_batch({.sequence = 0x8000})) != nullptr);
        ck_assert_msg((keys.protect(test::make_batch(test.unit)) != nullptr) == (test.outcome == Sent), "%s",
                      test.name);
        ck_assert_msg(keys.is_spent() == (test.outcome == Spent), "%s", test.name);
        const bool goes_on = keys.protect(test::make_batch({.sequence = 0x8100, .run = 3, .ssrc = 9})) != nullptr;
        ck_assert_msg(goes_on == (test.outcome != Spent), "%s: for good", test.name);
    }
}
END_TEST

START_TEST(test_protection_of_a_source_that_returns) {
    TrackProtection keys;
    ck_assert(keys.protect(test::make_batch({.sequence = 100, .run = 1, .ssrc = 7})) != nullptr);
    ck_assert(keys.protect(test::make_batch({.sequence = 100, .run = 2, .ssrc = 8})) != nullptr);
    ck_assert_msg(keys.protect(test::make_batch({.sequence = 200, .run = 3, .ssrc = 7})) == nullptr,
                  "what it sent under these numbers meanwhile is not known");
    ck_assert(keys.is_spent());
    const std::vector<uint8_t> goodbye{0x81, 203, 0, 1, 0, 0, 0, 7};
    ck_assert_msg(keys.protect(media::make_rtcp_batch(0, goodbye, test::kStart)) != nullptr, "but it can say goodbye");
}
END_TEST

START_TEST(test_protection_counts_rollovers_from_its_first_packet) {
    TrackProtection keys;
    const auto counter = [&](rtp::ExtendedSequence number, uint64_t run = 1, rtp::Ssrc ssrc = kSsrc) {
        return keys.rollovers({run, number}, ssrc);
    };
    ck_assert_msg(counter(0x3ffff) == 0u && counter(0x40000) == 0u, "whichever is the first");
    for (uint32_t number = 0x3f000; number < 0x41000; number += 0x800) {
        const test::Unit unit{
            .sequence = static_cast<uint16_t>(number), .cycle = number >> 16, .run = 1, .ssrc = kSsrc};
        ck_assert(keys.protect(test::make_batch(unit)) != nullptr);
    }
    ck_assert(counter(0x3ffff) == 0u);
    ck_assert(counter(0x41000) == 1u);
    ck_assert_msg(!counter(0x2ffff), "of the cycle before");
    ck_assert_msg(!counter(0x49000), "too far ahead");
    ck_assert_msg(counter(0x90000, 2, 8) == 0u, "of another SSRC from its own first one");
    ck_assert_msg(!counter(0x90000, 2), "the sender begins anew");
    ck_assert_msg(!counter(0x41000, 0), "of an earlier run");
}
END_TEST

START_TEST(test_protection_of_rtcp_differs_each_time) {
    Protection keys;
    const std::vector<uint8_t> report(28, 0x80);
    const auto first = keys.protect(media::make_rtcp_batch(1, report, test::kStart));
    const auto second = keys.protect(media::make_rtcp_batch(1, report, test::kStart));
    ck_assert_uint_eq(first->extents().front().size, report.size() + 14);
    ck_assert(!is_equal(first, second));
    ck_assert_uint_eq(first->slab()[1], media::usual_rtcp_channel(1));
}
END_TEST

int main() {
    return test::run_suite(
        "protection",
        {test_protection_makes_one_form_for_all, test_protection_makes_one_form_for_all_threads,
         test_protection_keeps_the_shape, test_protection_forgets_what_nobody_holds,
         test_protection_keeps_a_bounded_number, test_protection_of_an_older_unit_for_a_joiner,
         test_protection_never_uses_a_number_twice, test_protection_of_a_source_that_returns,
         test_protection_counts_rollovers_from_its_first_packet, test_protection_of_rtcp_differs_each_time});
}

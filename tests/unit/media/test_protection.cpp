// SPDX-License-Identifier: LGPL-2.1-or-later
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
    for (uint16_t i = 0; i < 200; ++i)
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

START_TEST(test_protection_is_spent_when_the_sender_begins_anew) {
    const struct {
        const char *name;
        uint16_t second;
        uint32_t cycle;
        bool spent;
    } kCases[] = {
        {"it goes on", 2003, 1, false},
        {"with a gap", 9000, 1, false},
        {"in the next cycle", 10, 2, false},
        {"a late packet", 1950, 1, false},
        {"from an earlier number", 1000, 1, true},
        {"a cycle earlier", 2003, 0, true},
    };
    for (const auto &test : kCases) {
        TrackProtection keys;
        ck_assert(keys.protect(unit(2000, 0)) != nullptr);
        ck_assert_msg((keys.protect(unit(test.second, 3, test.cycle)) == nullptr) == test.spent, "%s", test.name);
        ck_assert_msg(keys.is_spent() == test.spent, "%s", test.name);
        ck_assert_msg((keys.protect(unit(12'000, 6, 2)) == nullptr) == test.spent, "%s: for good", test.name);
    }
}
END_TEST

START_TEST(test_protection_counts_rollovers_from_its_first_packet) {
    TrackProtection keys;
    ck_assert_int_eq(keys.rollovers(7, 0x3ffff), 0);
    ck_assert_int_eq(keys.rollovers(7, 0x40000), 1);
    ck_assert_int_eq(keys.rollovers(7, 0x2ffff), -1);
    ck_assert_msg(keys.rollovers(8, 0x50001) == 0, "of another SSRC from its own first one");
    TrackProtection told;
    ck_assert_int_eq(told.rollovers(7, 0x40000, 2), 2);
    ck_assert_int_eq(told.rollovers(7, 0x3ffff), 1);
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
         test_protection_of_an_older_unit_for_a_joiner, test_protection_is_spent_when_the_sender_begins_anew,
         test_protection_counts_rollovers_from_its_first_packet, test_protection_of_rtcp_differs_each_time});
}

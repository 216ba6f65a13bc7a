// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <vector>

#include "media/packet_batch.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"

using namespace rtspcore;

START_TEST(test_packet_batch_rtcp_stands_behind_the_header_of_its_channel) {
    const std::vector<uint8_t> compound(300, 0xc8);
    const auto batch = media::make_rtcp_batch(3, compound, test::kStart);
    ck_assert(batch->is_rtcp());
    ck_assert(!batch->is_entry_point() && !batch->is_droppable());
    ck_assert_uint_eq(batch->track(), 3);
    ck_assert(batch->properties().made == test::kStart);
    ck_assert(std::ranges::equal(batch->slab().first(4), std::vector<uint8_t>{'$', 7, 300 / 256, 300 % 256}));
    ck_assert_uint_eq(batch->extents().size(), 1);
    ck_assert(std::ranges::equal(batch->packet(batch->extents().front()), compound));
}
END_TEST

START_TEST(test_packet_batch_footprint_is_at_least_its_bytes) {
    const auto batch = test::make_batch({.packets = 3, .payload = 1000});
    ck_assert_uint_eq(batch->slab().size(), 3 * (4 + 12 + 1000));
    ck_assert_uint_gt(batch->footprint(), batch->slab().size());
    ck_assert_uint_lt(batch->footprint(), batch->slab().size() + 1024);
}
END_TEST

START_TEST(test_packet_batch_entry_point_needs_key_and_dependence) {
    ck_assert(test::make_batch({.key = true})->is_entry_point());
    ck_assert(!test::make_batch({.key = false})->is_entry_point());
    ck_assert(!test::make_batch({.key = true, .dependent = false})->is_entry_point());
}
END_TEST

int main() {
    return test::run_suite("packet_batch", {
                                               test_packet_batch_rtcp_stands_behind_the_header_of_its_channel,
                                               test_packet_batch_footprint_is_at_least_its_bytes,
                                               test_packet_batch_entry_point_needs_key_and_dependence,
                                           });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <chrono>
#include <vector>

#include "media/batch_assembler.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using media::BatchAssembler;
using media::SharedBatch;
using test::at;
using test::rtp_packet;
using Batches = std::vector<SharedBatch>;

namespace {

Batches add(BatchAssembler &assembler, const test::RtpFields &fields, Time now = test::kStart) {
    return assembler.add(rtp_packet(fields), test::capture_of(fields.time), now);
}

BatchAssembler h264() {
    return {"video", "H264", 0};
}

// Its packets end with the push, not with a marker.
BatchAssembler pcmu() {
    return {"audio", "PCMU", 1};
}

// Each packet stands behind an interleaved header that tells its channel and length.
void assert_slab_is_well_formed(const media::PacketBatch &batch) {
    size_t offset = 0;
    for (const auto &extent : batch.extents()) {
        ck_assert_uint_eq(extent.offset, offset + 4);
        const auto header = batch.slab().subspan(offset, 4);
        ck_assert_uint_eq(header[0], '$');
        ck_assert_uint_eq(header[1], media::usual_rtp_channel(batch.track()));
        ck_assert_uint_eq(header[2] * 256u + header[3], extent.size);
        ck_assert(rtp::PacketView::parse(batch.packet(extent)).has_value());
        offset = extent.offset + extent.size;
    }
    ck_assert_uint_eq(offset, batch.slab().size());
}

}  // namespace

START_TEST(test_batch_assembler_marker_ends_unit_with_all_its_packets) {
    auto assembler = h264();
    ck_assert(add(assembler, {.sequence = 65535, .time = 7, .payload = 10}, at(1ms)).empty());
    ck_assert(add(assembler, {.sequence = 0, .time = 7, .payload = 20}, at(2ms)).empty());
    const Batches done = add(assembler, {.sequence = 1, .time = 7, .marker = true, .payload = 30}, at(3ms));
    ck_assert_uint_eq(done.size(), 1);
    const auto &batch = *done.front();
    assert_slab_is_well_formed(batch);
    ck_assert_uint_eq(batch.extents().size(), 3);
    for (size_t i = 0; i < 3; ++i)
        ck_assert(std::ranges::equal(
            batch.packet(batch.extents()[i]),
            rtp_packet(
                {.sequence = static_cast<uint16_t>(65535 + i), .time = 7, .marker = i == 2, .payload = 10 * (i + 1)})));
    const auto &p = batch.properties();
    ck_assert_uint_eq(p.first_sequence, 0x10000 + 65535);
    ck_assert_uint_eq(p.time, 7);
    ck_assert_uint_eq(p.ssrc, 0x5ead);
    ck_assert(p.capture == test::capture_of(7));
    ck_assert_msg(p.made == at(1ms), "made is when the first packet came");
    ck_assert_uint_eq(p.packets_before, 0);
}
END_TEST

START_TEST(test_batch_assembler_next_unit_counts_what_was_before) {
    auto assembler = h264();
    add(assembler, {.sequence = 1, .time = 7, .payload = 10});
    add(assembler, {.sequence = 2, .time = 7, .marker = true, .payload = 20});
    const Batches done = add(assembler, {.sequence = 3, .time = 8, .marker = true});
    ck_assert_uint_eq(done.front()->properties().packets_before, 2);
    ck_assert_uint_eq(done.front()->properties().octets_before, 30);
}
END_TEST

START_TEST(test_batch_assembler_lost_marker_new_time_ends_unit) {
    auto assembler = h264();
    add(assembler, {.sequence = 1, .time = 7});
    const Batches done = add(assembler, {.sequence = 3, .time = 8, .marker = true});
    ck_assert_uint_eq(done.size(), 2);
    ck_assert_uint_eq(done[0]->properties().time, 7);
    ck_assert_uint_eq(done[1]->properties().time, 8);
    ck_assert_uint_eq(done[1]->properties().first_sequence, 0x10003);
}
END_TEST

START_TEST(test_batch_assembler_new_source_ends_unit) {
    auto assembler = h264();
    add(assembler, {.sequence = 1, .time = 7, .ssrc = 1});
    const Batches done = add(assembler, {.sequence = 900, .time = 7, .ssrc = 2, .marker = true});
    ck_assert_uint_eq(done.size(), 2);
    ck_assert_uint_eq(done[0]->properties().ssrc, 1);
    ck_assert_uint_eq(done[1]->properties().ssrc, 2);
}
END_TEST

START_TEST(test_batch_assembler_repeated_packet_is_left_out) {
    auto assembler = h264();
    (void)add(assembler, {.sequence = 7, .time = 1});
    ck_assert(add(assembler, {.sequence = 7, .time = 1}).empty());
    const Batches done = add(assembler, {.sequence = 8, .time = 1, .marker = true});
    ck_assert_uint_eq(done.front()->extents().size(), 2);
    ck_assert_uint_eq(assembler.repeated(), 1);
}
END_TEST

START_TEST(test_batch_assembler_new_run_where_numbers_begin_anew) {
    const struct {
        const char *name;
        test::RtpFields second;
        bool anew;
    } kCases[] = {
        {"they go on", {.sequence = 1001}, false},
        {"with a gap", {.sequence = 5000}, false},
        {"late", {.sequence = 990}, false},
        {"far back", {.sequence = 10}, true},
        {"another sender", {.sequence = 1001, .ssrc = 9}, true},
    };
    for (const auto &test : kCases) {
        auto assembler = h264();
        const auto first = add(assembler, {.sequence = 1000, .marker = true}).front();
        test::RtpFields fields = test.second;
        fields.time = 3000;
        fields.marker = true;
        const auto second = add(assembler, fields).front();
        ck_assert_msg((second->properties().run > first->properties().run) == test.anew, "%s", test.name);
        ck_assert_uint_eq(second->properties().first_sequence & 0xffff, fields.sequence);
    }
    auto assembler = h264();
    auto another = h264();
    const auto one = add(assembler, {.sequence = 1, .marker = true}).front()->properties().run;
    ck_assert(add(another, {.sequence = 1, .marker = true}).front()->properties().run != one);
}
END_TEST

START_TEST(test_batch_assembler_without_markers_push_is_a_unit) {
    auto assembler = pcmu();
    ck_assert_msg(add(assembler, {.sequence = 1, .time = 7, .marker = true}).empty(), "it marks a talkspurt's begin");
    add(assembler, {.sequence = 2, .time = 7});
    const Batches done = assembler.end_push();
    ck_assert_uint_eq(done.size(), 1);
    ck_assert_uint_eq(done.front()->extents().size(), 2);
    assert_slab_is_well_formed(*done.front());
    ck_assert_msg(assembler.end_push().empty(), "nothing twice");
}
END_TEST

START_TEST(test_batch_assembler_with_markers_push_is_no_unit) {
    auto assembler = h264();
    add(assembler, {.sequence = 1, .time = 7});
    ck_assert(assembler.end_push().empty());
    ck_assert_uint_eq(add(assembler, {.sequence = 2, .time = 7, .marker = true}).front()->extents().size(), 2);
}
END_TEST

START_TEST(test_batch_assembler_drain_ends_what_was_begun) {
    auto assembler = h264();
    add(assembler, {.sequence = 1, .time = 7});
    const Batches done = assembler.drain();
    ck_assert_uint_eq(done.size(), 1);
    ck_assert_uint_eq(done.front()->extents().size(), 1);
    ck_assert(assembler.drain().empty());
}
END_TEST

START_TEST(test_batch_assembler_discarded_packets_are_neither_sent_nor_counted) {
    auto assembler = h264();
    add(assembler, {.sequence = 1, .time = 7, .marker = true, .payload = 10});
    add(assembler, {.sequence = 2, .time = 8});
    assembler.discard();
    ck_assert(assembler.drain().empty());
    const Batches done = add(assembler, {.sequence = 3, .time = 9, .marker = true});
    ck_assert_uint_eq(done.front()->extents().size(), 1);
    ck_assert_uint_eq(done.front()->properties().packets_before, 1);
    ck_assert_uint_eq(done.front()->properties().octets_before, 10);
}
END_TEST

START_TEST(test_batch_assembler_malformed_packets_are_counted_and_left_out) {
    auto assembler = h264();
    std::vector<uint8_t> wrong_version = rtp_packet({.sequence = 2, .time = 7});
    wrong_version[0] = 0x40;
    ck_assert(assembler.add(wrong_version, {}, test::kStart).empty());
    ck_assert(assembler.add({}, {}, test::kStart).empty());
    ck_assert(add(assembler, {.sequence = 3, .time = 7, .marker = true, .payload = 65536 - 12}).empty());
    ck_assert_uint_eq(assembler.malformed(), 3);
    const Batches done = add(assembler, {.sequence = 4, .time = 7, .marker = true, .payload = 65535 - 12});
    ck_assert_uint_eq(done.front()->extents().size(), 1);
    ck_assert_uint_eq(done.front()->extents().front().size, 65535);
    ck_assert_uint_eq(done.front()->properties().packets_before, 0);
}
END_TEST

START_TEST(test_batch_assembler_unit_without_end_is_cut_at_its_most_packets) {
    auto assembler = h264();
    Batches done;
    for (size_t i = 0; i < BatchAssembler::kMaxPackets + 1; ++i)
        std::ranges::move(add(assembler, {.sequence = static_cast<uint16_t>(i), .time = 7, .payload = 1}),
                          std::back_inserter(done));
    ck_assert_uint_eq(done.size(), 1);
    ck_assert_uint_eq(done.front()->extents().size(), BatchAssembler::kMaxPackets);
    const Batches rest = assembler.drain();
    ck_assert_uint_eq(rest.front()->properties().first_sequence, 0x10000 + BatchAssembler::kMaxPackets);
}
END_TEST

START_TEST(test_batch_assembler_unit_without_end_is_cut_at_its_most_bytes) {
    auto assembler = h264();
    size_t largest = 0;
    size_t cut = 0;
    for (uint16_t i = 0; i < 600; ++i)
        for (const SharedBatch &batch : add(assembler, {.sequence = i, .time = 7, .payload = 60'000})) {
            largest = std::max(largest, batch->slab().size());
            ++cut;
        }
    ck_assert_uint_eq(cut, 2);
    ck_assert_uint_le(largest, BatchAssembler::kMaxBytes);
}
END_TEST

START_TEST(test_batch_assembler_key_units_are_entry_points_where_units_depend_on_each_other) {
    auto video = h264();
    std::vector<uint8_t> idr = rtp_packet({.sequence = 1, .time = 7, .marker = true});
    idr[12] = 0x65;  // nal_unit_type 5
    ck_assert(video.add(idr, {}, test::kStart).front()->is_entry_point());
    std::vector<uint8_t> slice = rtp_packet({.sequence = 2, .time = 8, .marker = true});
    slice[12] = 0x01;  // a slice that nothing refers to
    const Batches second = video.add(slice, {}, test::kStart);
    ck_assert(!second.front()->is_key());
    ck_assert(second.front()->is_droppable());

    auto audio = pcmu();
    add(audio, {.sequence = 1, .time = 7});
    const Batches sound = audio.end_push();
    ck_assert(sound.front()->is_key() && !sound.front()->is_entry_point());
    ck_assert_uint_eq(sound.front()->slab()[1], 2);
}
END_TEST

int main() {
    return test::run_suite("batch_assembler",
                           {
                               test_batch_assembler_marker_ends_unit_with_all_its_packets,
                               test_batch_assembler_next_unit_counts_what_was_before,
                               test_batch_assembler_lost_marker_new_time_ends_unit,
                               test_batch_assembler_repeated_packet_is_left_out,
                               test_batch_assembler_new_run_where_numbers_begin_anew,
                               test_batch_assembler_new_source_ends_unit,
                               test_batch_assembler_without_markers_push_is_a_unit,
                               test_batch_assembler_with_markers_push_is_no_unit,
                               test_batch_assembler_drain_ends_what_was_begun,
                               test_batch_assembler_discarded_packets_are_neither_sent_nor_counted,
                               test_batch_assembler_malformed_packets_are_counted_and_left_out,
                               test_batch_assembler_unit_without_end_is_cut_at_its_most_packets,
                               test_batch_assembler_unit_without_end_is_cut_at_its_most_bytes,
                               test_batch_assembler_key_units_are_entry_points_where_units_depend_on_each_other,
                           });
}

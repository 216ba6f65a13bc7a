// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/ref.h"
#include "mp4_text.h"
#include "recordsink/fragment_ends.h"
#include "support/check_suite.h"

using recordsink::FragmentEnds;
using recordsink::test::box;
using recordsink::test::number;
using rtspcore::Ref;

namespace {

std::optional<uint32_t> take(FragmentEnds &ends, const std::string &bytes) {
    const auto buffer = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, bytes.size(), nullptr));
    gst_buffer_fill(buffer.get(), 0, bytes.data(), bytes.size());
    return ends.take(buffer.get());
}

std::string moof(uint32_t track) {
    return box("moof", box("mfhd", number(0, 8)) + box("traf", box("tfhd", number(0, 4) + number(track, 4))));
}

std::string head_of_mdat(uint32_t size) {
    return number(size + 8, 4) + "mdat";
}

}  // namespace

START_TEST(test_a_fragment_ends_with_the_last_byte_that_was_announced) {
    FragmentEnds ends;
    ck_assert(!take(ends, box("ftyp", "iso5")));
    ck_assert(!take(ends, box("moov", "")));
    for (const uint32_t track : {1u, 2u}) {
        ck_assert(!take(ends, moof(track)));
        ck_assert(!take(ends, head_of_mdat(30)));
        ck_assert(!take(ends, std::string(10, 'a')));
        ck_assert(!take(ends, box("moof", "12")));  // media may look like anything
        ck_assert_uint_eq(take(ends, std::string(10, 'c')).value_or(0), track);
    }
}
END_TEST

START_TEST(test_what_is_no_fragment_ends_none) {
    FragmentEnds ends;
    ck_assert(!take(ends, ""));
    ck_assert(!take(ends, "mdat"));
    ck_assert(!take(ends, number(0xffffffff, 4) + "moof"));
    ck_assert(!take(ends, number(0, 4) + "mdat"));
    ck_assert(!take(ends, head_of_mdat(0)));
    ck_assert(!take(ends, moof(1)));
    ck_assert(!take(ends, head_of_mdat(4)));
    ck_assert_uint_eq(take(ends, "more than that").value_or(0), 1);
}
END_TEST

int main() {
    gst_init(nullptr, nullptr);
    return rtspcore::test::run_suite("fragment_ends", {test_a_fragment_ends_with_the_last_byte_that_was_announced,
                                                       test_what_is_no_fragment_ends_none});
}

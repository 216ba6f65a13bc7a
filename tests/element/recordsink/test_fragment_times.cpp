// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "mp4_text.h"
#include "recordsink/fragment_times.h"
#include "support/check_suite.h"

using recordsink::FragmentTimes;
using recordsink::test::box;
using recordsink::test::number;
using recordsink::test::trak;

namespace {

std::string traf(uint32_t id, int version, uint64_t time) {
    return box("traf", box("tfhd", number(0, 4) + number(id, 4)) +
                           box("tfdt", number(version, 1) + number(0, 3) + number(time, version == 1 ? 8 : 4)));
}

std::string fragment(uint64_t first, uint64_t second) {
    return box("moof", box("mfhd", number(7, 4)) + traf(1, 1, first) + traf(2, 0, second)) + box("mdat", "media");
}

const std::string kHeader = box("ftyp", "iso5") + box("moov", trak(1, 90000) + trak(2, 48000));

std::string corrected(FragmentTimes &times, std::string bytes) {
    times.correct(reinterpret_cast<uint8_t *>(bytes.data()), bytes.size());
    return bytes;
}

}  // namespace

START_TEST(test_tracks_get_their_places_in_time) {
    FragmentTimes times;
    times.begin_file();
    times.note_first(1, 1000 * GST_MSECOND);
    times.note_first(2, 1012 * GST_MSECOND);
    times.note_first(2, 1032 * GST_MSECOND);
    ck_assert(corrected(times, kHeader) == kHeader);
    ck_assert(corrected(times, fragment(90, 480)) == fragment(90, 480 + 576));
    // The next file is one of its own.
    times.begin_file();
    times.note_first(2, 2000 * GST_MSECOND);
    times.note_first(1, 2010 * GST_MSECOND);
    (void)corrected(times, kHeader);
    ck_assert(corrected(times, fragment(90, 480)) == fragment(90 + 900, 480));
}
END_TEST

namespace {

// A track of two channels, 312 samples to skip and 48 kHz, or what comes of that in the other order.
std::string opus_header(const std::string &numbers) {
    const std::string entry = box("Opus", std::string(28, '\0') + box("dOps", number(0, 1) + number(2, 1) + numbers));
    const std::string table = box("stbl", box("stsd", number(0, 4) + number(1, 4) + entry));
    return box("moov", box("trak", box("mdia", box("minf", table))));
}

std::string numbers(uint64_t skip, uint64_t rate, uint64_t gain) {
    return number(skip, 2) + number(rate, 4) + number(gain, 2) + number(0, 1);
}

}  // namespace

START_TEST(test_numbers_of_opus_with_swapped_bytes_are_set_right) {
    FragmentTimes times;
    const std::string right = opus_header(numbers(312, 48000, 0x0102));
    ck_assert(corrected(times, opus_header(numbers(0x3801, 0x80bb0000, 0x0201))) == right);
    ck_assert(corrected(times, right) == right);
    for (size_t length = 0; length <= right.size(); length++)
        (void)corrected(times, right.substr(0, length));
    for (size_t at = 0; at < right.size(); at++) {
        std::string broken = right;
        broken[at] = '\xff';
        (void)corrected(times, broken);
    }
}
END_TEST

START_TEST(test_any_bytes_are_taken) {
    FragmentTimes times;
    times.note_first(1, 5 * GST_SECOND);
    times.note_first(2, 0);
    const std::string file = kHeader + fragment(1, 2);
    for (size_t length = 0; length <= file.size(); length++)
        (void)corrected(times, file.substr(0, length));
    for (size_t at = 0; at < file.size(); at++) {
        std::string broken = file;
        broken[at] = '\xff';
        (void)corrected(times, broken);
        broken[at] = '\0';
        (void)corrected(times, broken);
    }
    const std::string stranger = box("moof", traf(77, 1, 1)) + box("moof", box("traf", box("tfdt", "")));
    ck_assert(corrected(times, stranger) == stranger);
}
END_TEST

int main() {
    return rtspcore::test::run_suite(
        "fragment_times", {test_tracks_get_their_places_in_time, test_numbers_of_opus_with_swapped_bytes_are_set_right,
                           test_any_bytes_are_taken});
}

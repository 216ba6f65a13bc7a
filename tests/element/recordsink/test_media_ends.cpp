// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "mp4_text.h"
#include "recordsink/media_ends.h"
#include "support/check_suite.h"

using recordsink::media_ends;
using recordsink::test::box;
using recordsink::test::number;
using recordsink::test::trak;

namespace {

using Ends = std::map<uint32_t, int64_t>;

constexpr int64_t kMillisecond = 1'000'000;

std::string trex(uint32_t id, uint32_t duration) {
    return box("trex", number(0, 4) + number(id, 4) + number(1, 4) + number(duration, 4));
}

// Without a default duration, but a description that stands before it.
std::string tfhd(uint32_t id) {
    return box("tfhd", number(2, 4) + number(id, 4) + number(1, 4));
}

std::string tfhd(uint32_t id, uint32_t duration) {
    return box("tfhd", number(8, 4) + number(id, 4) + number(duration, 4));
}

std::string tfdt(int version, uint64_t time) {
    return box("tfdt", number(version, 1) + number(0, 3) + number(time, version == 1 ? 8 : 4));
}

const std::string kHeader =
    box("ftyp", "iso5") + box("moov", trak(1, 1000) + trak(2, 48000) + box("mvex", trex(1, 40) + trex(2, 0)));
// Durations and sizes for each sample, and where the data is.
const std::string kTwoSamples = box("trun", number(0x301, 4) + number(2, 4) + number(8, 4) + number(30, 4) +
                                                number(9, 4) + number(50, 4) + number(9, 4));
// No durations.
const std::string kFiveSamples = box("trun", number(0, 4) + number(5, 4));

std::string fragment(const std::string &traf) {
    return box("moof", box("mfhd", number(7, 4)) + box("traf", traf)) + box("mdat", "media");
}

const std::string kFile = kHeader + fragment(tfhd(1) + tfdt(1, 0) + kTwoSamples) +
                          fragment(tfhd(2, 960) + tfdt(0, 480) + kFiveSamples) +
                          fragment(tfhd(1) + tfdt(1, 80) + kFiveSamples);

Ends ends_of(const std::string &bytes, size_t length) {
    const int fd = memfd_create("segment", 0);
    ck_assert_int_eq(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    Ends ends = media_ends(fd, length);
    close(fd);
    return ends;
}

}  // namespace

START_TEST(test_each_track_ends_with_its_last_fragment) {
    const Ends all{{1, 280 * kMillisecond}, {2, 110 * kMillisecond}};
    ck_assert(ends_of(kFile, kFile.size()) == all);
    ck_assert(ends_of(kHeader, kHeader.size()).empty());
    // What is behind the length does not count, nor what is not whole.
    const size_t before_last = kFile.size() - fragment(tfhd(1) + tfdt(1, 80) + kFiveSamples).size();
    const Ends some{{1, 80 * kMillisecond}, {2, 110 * kMillisecond}};
    for (size_t more = 0; more < 20; more++)
        ck_assert(ends_of(kFile, before_last + more) == some);
}
END_TEST

START_TEST(test_any_bytes_end) {
    for (size_t length = 0; length <= kFile.size(); length++)
        (void)ends_of(kFile.substr(0, length), kFile.size());
    for (const char wrong : {'\xff', '\0', '\1'})
        for (size_t at = 0; at < kFile.size(); at++) {
            std::string broken = kFile;
            broken[at] = wrong;
            (void)ends_of(broken, broken.size());
        }
}
END_TEST

int main() {
    return rtspcore::test::run_suite("media_ends", {test_each_track_ends_with_its_last_fragment, test_any_bytes_end});
}

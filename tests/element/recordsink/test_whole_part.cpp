// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "recordsink/whole_part.h"
#include "support/check_suite.h"

using recordsink::Format;
using recordsink::WholePart;

namespace {

WholePart whole_of(const std::string &bytes, Format format) {
    const int fd = memfd_create("segment", 0);
    ck_assert_int_eq(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    const WholePart whole = recordsink::whole_part(fd, format);
    close(fd);
    return whole;
}

std::string box(const char *type, size_t content) {
    const size_t length = content + 8;
    std::string text = {static_cast<char>(length >> 24), static_cast<char>(length >> 16),
                        static_cast<char>(length >> 8), static_cast<char>(length)};
    return text + type + std::string(content, 'x');
}

std::string large_box(const char *type, size_t content) {
    std::string text("\0\0\0\1", 4);
    text += type;
    for (int shift = 56; shift >= 0; shift -= 8)
        text += static_cast<char>((content + 16) >> shift & 0xff);
    return text + std::string(content, 'x');
}

const std::string kHeader = box("ftyp", 20) + box("moov", 300);
const std::string kFragment = box("moof", 50) + box("mdat", 1000);

}  // namespace

// Cut at each byte: whole fragments stay, half ones go, and a header alone is nothing.
START_TEST(test_mp4_ends_with_the_last_whole_fragment) {
    const std::string file = kHeader + kFragment + box("moof", 50) + large_box("mdat", 70);
    for (size_t length = 0; length <= file.size(); length++) {
        const WholePart whole = whole_of(file.substr(0, length), Format::Mp4);
        const size_t first = kHeader.size() + kFragment.size();
        ck_assert_int_eq(whole.has_media, length >= first);
        if (whole.has_media)
            ck_assert_uint_eq(whole.length, length == file.size() ? length : first);
    }
}
END_TEST

START_TEST(test_mp4_of_any_bytes_ends) {
    for (const std::string &bytes :
         {std::string(100, '\0'), std::string(100, '\xff'), std::string("\0\0\0\1mdat", 8) + std::string(8, '\xff')})
        ck_assert(!whole_of(bytes, Format::Mp4).has_media);
}
END_TEST

START_TEST(test_ts_ends_with_a_whole_packet) {
    ck_assert_uint_eq(whole_of(std::string(188 * 5 + 100, 'G'), Format::Ts).length, 188 * 5);
    ck_assert(whole_of(std::string(188 * 5, 'G'), Format::Ts).has_media);
    ck_assert(!whole_of(std::string(188 * 2 + 50, 'G'), Format::Ts).has_media);
}
END_TEST

START_TEST(test_mkv_without_a_cluster_has_no_media) {
    const std::string header(500, 'h');
    ck_assert(!whole_of(header, Format::Mkv).has_media);
    ck_assert(!whole_of("", Format::Mkv).has_media);
    ck_assert(whole_of(header + "\x1f\x43\xb6\x75" + std::string(200, 'c'), Format::Mkv).has_media);
}
END_TEST

int main() {
    return rtspcore::test::run_suite("whole_part",
                                     {test_mp4_ends_with_the_last_whole_fragment, test_mp4_of_any_bytes_ends,
                                      test_ts_ends_with_a_whole_packet, test_mkv_without_a_cluster_has_no_media});
}

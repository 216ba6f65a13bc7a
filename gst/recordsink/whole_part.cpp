// SPDX-License-Identifier: LGPL-2.1-or-later
#include "whole_part.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace recordsink {

namespace {

constexpr uint64_t kTsPacket = 188;
constexpr size_t kMkvHead = 64 << 10;  // the first cluster of a live file begins far before

uint64_t size_of(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
}

uint64_t big_endian(const uint8_t *bytes, int count) {
    uint64_t value = 0;
    for (int i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

// ISO/IEC 14496-12: boxes one after the other; a fragment is a `moof` and the `mdat` after it.
WholePart whole_mp4(int fd) {
    const uint64_t size = size_of(fd);
    WholePart whole;
    uint8_t head[16] = {};
    bool after_moof = false;
    for (uint64_t at = 0; pread(fd, head, sizeof head, static_cast<off_t>(at)) >= 8;) {
        const bool is_large = big_endian(head, 4) == 1;
        const uint64_t length = is_large ? big_endian(head + 8, 8) : big_endian(head, 4);
        if (length < (is_large ? 16u : 8u) || length > size - at)
            break;
        at += length;
        const bool ends_fragment = after_moof && memcmp(head + 4, "mdat", 4) == 0;
        after_moof = memcmp(head + 4, "moof", 4) == 0;
        whole.has_media |= ends_fragment;
        if (ends_fragment || !whole.has_media)
            whole.length = at;
    }
    return whole;
}

WholePart whole_ts(int fd) {
    const uint64_t packets = size_of(fd) / kTsPacket;
    // PAT, PMT, and something that they are about.
    return {packets * kTsPacket, packets > 2};
}

// Matroska's readers stop at the first block that is not whole; only a file without any cluster is nothing to them.
WholePart whole_mkv(int fd) {
    constexpr uint8_t kCluster[] = {0x1f, 0x43, 0xb6, 0x75};
    std::vector<uint8_t> head(kMkvHead);
    const ssize_t length = pread(fd, head.data(), head.size(), 0);
    head.resize(static_cast<size_t>(std::max<ssize_t>(length, 0)));
    const auto cluster = std::search(head.begin(), head.end(), std::begin(kCluster), std::end(kCluster));
    constexpr ptrdiff_t kAnything = 64;  // a cluster's own head and some of a block
    return {size_of(fd), head.end() - cluster > kAnything};
}

}  // namespace

WholePart whole_part(int fd, Format format) {
    switch (format) {
        case Format::Mp4:
            return whole_mp4(fd);
        case Format::Ts:
            return whole_ts(fd);
        case Format::Mkv:
            break;
    }
    return whole_mkv(fd);
}

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "whole_part.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
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

struct BoxHead {
    uint64_t length = 0;  // of the box
    uint64_t head = 0;    // of it, the bytes before the content
    char type[4] = {};

    [[nodiscard]] bool is(const char *name) const { return memcmp(type, name, sizeof type) == 0; }
    [[nodiscard]] bool fits(uint64_t room) const { return length >= head && length <= room; }
};

std::optional<BoxHead> box_at(int fd, uint64_t at) {
    uint8_t bytes[16] = {};
    if (pread(fd, bytes, sizeof bytes, static_cast<off_t>(at)) < 8)
        return std::nullopt;
    const bool is_large = big_endian(bytes, 4) == 1;
    BoxHead box;
    box.length = is_large ? big_endian(bytes + 8, 8) : big_endian(bytes, 4);
    box.head = is_large ? 16 : 8;
    memcpy(box.type, bytes + 4, sizeof box.type);
    return box;
}

// ISO/IEC 14496-12: boxes one after the other; a fragment is a `moof` and the `mdat` after it.
WholePart whole_mp4(int fd) {
    const uint64_t size = size_of(fd);
    WholePart whole;
    bool after_moof = false;
    for (uint64_t at = 0; const auto box = box_at(fd, at);) {
        if (!box->fits(size - at))
            break;
        at += box->length;
        const bool ends_fragment = after_moof && box->is("mdat");
        after_moof = box->is("moof");
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

// An `mdat` before any `moof` is that of a file without fragments.
bool begins_as_mp4(int fd) {
    const uint64_t size = size_of(fd);
    uint64_t at = 0;
    while (const auto box = box_at(fd, at)) {
        if (box->is("mdat") || (at == 0 && !box->is("ftyp")))
            return false;
        if (box->is("moof") || !box->fits(size - at))
            return true;
        at += box->length;
    }
    return at > 0;
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

bool begins_as(int fd, Format format) {
    constexpr uint8_t kSync = 0x47;  // ISO/IEC 13818-1, 2.4.3.3
    constexpr uint64_t kEbml = 0x1a45dfa3;
    uint8_t first[4] = {};
    const ssize_t length = pread(fd, first, sizeof first, 0);
    if (length == 0)
        return true;
    switch (format) {
        case Format::Mp4:
            return begins_as_mp4(fd);
        case Format::Ts:
            return length > 0 && first[0] == kSync;
        case Format::Mkv:
            break;
    }
    return length == sizeof first && big_endian(first, 4) == kEbml;
}

}  // namespace recordsink

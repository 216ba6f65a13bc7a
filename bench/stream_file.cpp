// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream_file.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace bench {

namespace {

constexpr std::array<char, 8> kMagic{'r', 't', 's', 'p', 'l', 'o', 'o', '1'};

struct FileHeader {
    std::array<char, 8> magic = kMagic;
    int64_t frame_duration = 0;  // nanoseconds
    std::array<char, 1024> caps{};
};

struct FrameHeader {
    uint32_t size;
    uint32_t is_key;
};

}  // namespace

std::optional<StreamFile> StreamFile::open(const std::string &path) {
    auto mapped = MappedFile::open(path, MappedFile::Access::Read);
    if (!mapped)
        return std::nullopt;
    StreamFile file(std::move(*mapped));
    if (!file.parse())
        return std::nullopt;
    return file;
}

bool StreamFile::parse() {
    std::span<const uint8_t> rest = file_.bytes();
    FileHeader header;
    if (rest.size() < sizeof header)
        return false;
    std::memcpy(&header, rest.data(), sizeof header);
    rest = rest.subspan(sizeof header);
    caps_.assign(header.caps.data(), strnlen(header.caps.data(), header.caps.size()));
    frame_duration_ = rtspcore::Duration(header.frame_duration);
    FrameHeader frame{};
    while (rest.size() > sizeof frame) {
        std::memcpy(&frame, rest.data(), sizeof frame);
        rest = rest.subspan(sizeof frame);
        if (frame.size > rest.size())
            return false;
        frames_.push_back(rest.first(frame.size));
        keys_.push_back(frame.is_key != 0);
        rest = rest.subspan(frame.size);
    }
    return header.magic == kMagic && frame_duration_.count() > 0 && !frames_.empty();
}

StreamFileWriter::StreamFileWriter(const std::string &path, const std::string &caps, rtspcore::Duration frame_duration)
    : file_(path, std::ios::binary | std::ios::trunc) {
    FileHeader header;
    header.frame_duration = frame_duration.count();
    caps.copy(header.caps.data(), header.caps.size() - 1);
    file_.write(reinterpret_cast<const char *>(&header), sizeof header);
}

void StreamFileWriter::append(std::span<const uint8_t> frame, bool is_key) {
    const FrameHeader header{static_cast<uint32_t>(frame.size()), is_key};
    file_.write(reinterpret_cast<const char *>(&header), sizeof header);
    file_.write(reinterpret_cast<const char *>(frame.data()), static_cast<std::streamsize>(frame.size()));
}

}  // namespace bench

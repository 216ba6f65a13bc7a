// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stamp_table.h"

#include <atomic>
#include <cstring>
#include <fstream>

namespace bench {

bool StampTable::create(const std::string &path, const std::vector<Key> &keys) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    for (Key key : keys) {
        const Row row{key, 0};
        file.write(reinterpret_cast<const char *>(&row), sizeof row);
    }
    return file.flush().good();
}

std::optional<StampTable> StampTable::open(const std::string &path) {
    auto file = MappedFile::open(path, MappedFile::Access::ReadWrite);
    if (!file)
        return std::nullopt;
    return StampTable(std::move(*file));
}

StampTable::StampTable(MappedFile file)
    : file_(std::move(file)), rows_(reinterpret_cast<Row *>(file_.bytes().data()), file_.bytes().size() / sizeof(Row)) {
    for (size_t i = 0; i < rows_.size(); ++i)
        frames_[rows_[i].key] = i;
}

StampTable::Key StampTable::key_of(std::span<const uint8_t> frame_end) {
    Key key = 0;
    if (frame_end.size() >= sizeof key)
        std::memcpy(&key, frame_end.data() + frame_end.size() - sizeof key, sizeof key);
    return key;
}

void StampTable::stamp(size_t frame, rtspcore::Time time) {
    if (frame < rows_.size())
        std::atomic_ref(rows_[frame].time).store(time.time_since_epoch().count(), std::memory_order_relaxed);
}

std::optional<rtspcore::Time> StampTable::find(Key key) const {
    const auto frame = frames_.find(key);
    if (frame == frames_.end())
        return std::nullopt;
    const int64_t time = std::atomic_ref(rows_[frame->second].time).load(std::memory_order_relaxed);
    if (time == 0)
        return std::nullopt;
    return rtspcore::Time(rtspcore::Duration(time));
}

}  // namespace bench

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "settings.h"

namespace recordsink {

// A rename is not on the disk before its folder is.
void sync_folder(const std::string &folder);

// A file on its way to its name. While it is written it is called `.part` at the end, and locked (flock(2)), so that
// another process can tell it from one that was left behind. Confined to one thread at a time; blocks for the disk.
class SegmentFile {
public:
    template <typename T>
    using Result = rtspcore::Result<T, int>;  // errno
    // Called when the file is whole, before it gets its name. False: it is not to get it.
    using BeforeNaming = std::function<bool(uint64_t bytes)>;

    // Makes the folders, and takes a name that is free: `wanted`, or that with a number.
    static Result<std::unique_ptr<SegmentFile>> create(const std::string &wanted);
    // One that was left behind; `part` ends in ".part". EWOULDBLOCK: somebody writes it.
    static Result<std::unique_ptr<SegmentFile>> adopt(const std::string &part);
    ~SegmentFile();
    SegmentFile(const SegmentFile &) = delete;
    SegmentFile &operator=(const SegmentFile &) = delete;

    [[nodiscard]] const std::string &path() const { return path_; }
    [[nodiscard]] std::string part_path() const { return path_ + ".part"; }
    [[nodiscard]] uint64_t bytes() const;
    // When it was written to, in nanoseconds since 1970.
    [[nodiscard]] int64_t changed() const;

    // What is written so far survives a power cut. ENOENT when the file was deleted, or its disk taken away.
    [[nodiscard]] Result<void> sync() const;
    // Ends what was cut short at the last whole fragment. How long that is; nothing: the file had none, and is gone.
    [[nodiscard]] std::optional<uint64_t> cut_to_whole(Format format) const;
    // Of an MP4 file, see there.
    [[nodiscard]] std::map<uint32_t, int64_t> media_ends(uint64_t length) const;
    // Syncs the file, renames it, syncs the folder.
    [[nodiscard]] Result<void> finish(const BeforeNaming &before);

private:
    SegmentFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
    [[nodiscard]] Result<uint64_t> size_if_there() const;

    std::string path_;
    int fd_;
};

}  // namespace recordsink

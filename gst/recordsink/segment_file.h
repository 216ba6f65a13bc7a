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
#include "whole_part.h"

namespace recordsink {

// Neither a new file's name nor a rename is surely on the disk before its folder is (fsync(2)).
void sync_folder(const std::string &folder);

// A file on its way to its name. While it is written it is called `.part` at the end, and locked (flock(2)), so that
// another process can tell it from one that was left behind. Confined to one thread at a time; blocks for the disk.
class SegmentFile {
public:
    template <typename T>
    using Result = rtspcore::Result<T, int>;  // errno
    // Called when the file is whole, before it gets its name. False: it is not to get it.
    using BeforeNaming = std::function<bool(uint64_t bytes)>;

    // Makes the folders, and takes a name that is free: `wanted`, or that with a number. The error names which of both
    // could not be made.
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

    // What is written so far, as many bytes as it gives, survives a power cut. ENOENT when the file was deleted, or its
    // disk taken away.
    [[nodiscard]] Result<uint64_t> sync();
    // Whether a sync failed: what was written since the one before is lost, though it may still be read until the
    // kernel forgets it (fsync(2), "EIO").
    [[nodiscard]] bool is_damaged() const { return damaged_; }
    // Empty, or begins as what is recorded in this format does.
    [[nodiscard]] bool may_be(Format format) const { return begins_as(fd_, format); }
    // Ends what was cut short at the last whole fragment; of a damaged file, of those that were synced. How long that
    // is; nothing: the file had none, and is gone, or cannot be cut.
    [[nodiscard]] std::optional<uint64_t> cut_to_whole(Format format) const;
    // It has nothing that anybody wants.
    void remove() const;
    // Of an MP4 file, see there.
    [[nodiscard]] std::map<uint32_t, int64_t> media_ends(uint64_t length) const;
    // Syncs the file, renames it, syncs the folder.
    [[nodiscard]] Result<void> finish(const BeforeNaming &before);

private:
    SegmentFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
    [[nodiscard]] Result<uint64_t> size_if_there() const;

    std::string path_;
    int fd_;
    uint64_t synced_ = 0;  // bytes
    bool is_entry_synced_ = false;
    bool damaged_ = false;
};

}  // namespace recordsink

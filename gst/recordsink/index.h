// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "location.h"

namespace recordsink {

// A finished segment.
struct IndexEntry {
    std::string name;               // relative to the folder of the index
    std::optional<UnixTime> start;  // capture time; unknown of what was left behind
    UnixTime end = 0;
    std::vector<std::string> tracks;  // media types
    uint64_t bytes = 0;
    std::string camera;
    std::string mapping;  // empty: none was given
    uint64_t key_frames = 0;
    std::vector<int64_t> key_offsets;  // of the key frames, or of each n-th, from the start; nanoseconds
    uint64_t holes = 0;
    const char *reason = "";
    std::string event;  // of a clip: the event's id, and when it was told
    std::optional<UnixTime> event_start;
};

// "{"name":"...",...}", without the end of the line.
std::string json(const IndexEntry &entry);

// What retention has to know of a segment.
struct ListedSegment {
    std::string name;
    UnixTime end = 0;
    uint64_t bytes = 0;
    bool is_clip = false;
};

// Of a line of an index; nothing if it is none. Any text gives an answer.
std::optional<ListedSegment> listed_segment(std::string_view line);

// `<folder>/index.jsonl`, a line for each segment. Immutable; lines of several processes do not mix (flock(2)).
// Blocks for the disk, and for who has it locked.
class Index {
public:
    explicit Index(std::string folder) : folder_(std::move(folder)) {}

    [[nodiscard]] const std::string &folder() const { return folder_; }
    [[nodiscard]] std::string path() const { return folder_ + "/index.jsonl"; }
    // What `path` is called in the index, and the other way round.
    [[nodiscard]] std::string name_of(const std::string &path) const;
    [[nodiscard]] std::string path_of(const std::string &name) const;
    // Sets room aside for a line, where the file system can: when the disk is full the last file still gets its name.
    void reserve() const;
    // In one write, and synced. False with errno when it cannot be written.
    [[nodiscard]] bool append(const IndexEntry &entry) const;
    // Whether one of its last lines is of this file.
    [[nodiscard]] bool lists(const std::string &name, uint64_t bytes) const;

    // What it lists, in its order.
    [[nodiscard]] std::vector<ListedSegment> read() const;
    // Writes it anew without the lines of these names: who reads sees the old one or the new one, whole, whatever
    // happens. What others append meanwhile is in the new one. False with errno: it is still the old one.
    [[nodiscard]] bool remove(const std::unordered_set<std::string> &names) const;

private:
    [[nodiscard]] bool replace(const std::string &text) const;

    std::string folder_;
};

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
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
    uint64_t key_frames = 0;
    uint64_t holes = 0;
    const char *reason = "";
    std::string event;  // of a clip: the event's id, and when it was told
    std::optional<UnixTime> event_start;
};

// "{"name":"...",...}", without the end of the line.
std::string json(const IndexEntry &entry);

// `<folder>/index.jsonl`, a line for each segment. Immutable; lines of several processes do not mix. Blocks for the
// disk.
class Index {
public:
    explicit Index(std::string folder) : folder_(std::move(folder)) {}

    [[nodiscard]] const std::string &folder() const { return folder_; }
    [[nodiscard]] std::string path() const { return folder_ + "/index.jsonl"; }
    // What `path` is called in the index.
    [[nodiscard]] std::string name_of(const std::string &path) const;
    // In one write, and synced. False with errno when it cannot be written.
    [[nodiscard]] bool append(const IndexEntry &entry) const;
    // Whether one of its last lines is of this file.
    [[nodiscard]] bool lists(const std::string &name, uint64_t bytes) const;

private:
    std::string folder_;
};

}  // namespace recordsink

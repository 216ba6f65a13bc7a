// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "index.h"
#include "name_pattern.h"

namespace recordsink {

// How much of what was recorded stays. 0: no bound.
struct RetentionBounds {
    int64_t age = 0;     // nanoseconds since a segment's end
    uint64_t bytes = 0;  // of all segments together
    uint64_t free = 0;   // bytes that are left on the disk

    [[nodiscard]] bool any() const { return age > 0 || bytes > 0 || free > 0; }
};

// What it asks of the world.
struct RetentionView {
    std::function<UnixTime()> now;
    std::function<uint64_t()> free_bytes;  // of the disk; UINT64_MAX when it does not tell

    static RetentionView real(const std::string &folder);
};

// Deletes finished segments, the oldest first, until its bounds hold, and takes their lines out of the index; and so
// the folders that are empty then. What it may delete is what the index lists under a name of the locations it was
// told: never a file that is being written (that has no such name yet), and nobody else's. Confined to one thread;
// blocks for the disk.
class Retention {
public:
    struct Removed {
        std::string path;
        uint64_t bytes = 0;
        const char *bound = "";  // "age", "bytes", "free"
    };

    Retention(RetentionBounds bounds, Index index, RetentionView view)
        : bounds_(bounds), index_(std::move(index)), view_(std::move(view)) {}

    // Names of this location are ours as well; what the index lists of them is taken in.
    void also(const Location &location);
    // A segment that was finished just now.
    void add(ListedSegment segment);
    std::vector<Removed> apply();

    [[nodiscard]] uint64_t bytes() const { return bytes_; }
    [[nodiscard]] size_t count() const { return kept_.size(); }

private:
    void load();
    [[nodiscard]] bool is_other_disk();
    [[nodiscard]] bool is_ours(const std::string &name) const;
    [[nodiscard]] const char *exceeded(const RetentionBounds &bounds) const;
    [[nodiscard]] RetentionBounds with_slack() const;
    [[nodiscard]] bool remove_oldest();
    void forget_oldest();
    void forget_missing();
    void remove_folders(const std::string &name) const;

    const RetentionBounds bounds_;
    const Index index_;
    const RetentionView view_;
    std::vector<NamePattern> ours_;
    std::optional<dev_t> disk_;
    std::deque<ListedSegment> kept_;        // oldest first
    uint64_t bytes_ = 0;                    // of them
    uint64_t expected_free_ = 0;            // by what was deleted in this pass
    std::unordered_set<std::string> gone_;  // still in the index
};

}  // namespace recordsink

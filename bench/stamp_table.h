// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "mapped_file.h"

namespace bench {

// Tells the receiving process when the sending process had a frame, without a byte of the stream being changed: a file
// that both map, with one row per frame of the loop, which the sender fills in. A received frame is recognised by its
// last bytes. Rows are written and read atomically; each object is confined to one thread.
class StampTable {
public:
    // Last bytes of a frame, as they end its last packet too.
    using Key = uint64_t;

    static bool create(const std::string &path, const std::vector<Key> &keys);
    static std::optional<StampTable> open(const std::string &path);

    // 0 for what is shorter than a key.
    static Key key_of(std::span<const uint8_t> frame_end);

    void stamp(size_t frame, rtspcore::Time time);
    // When the frame was last stamped; nothing for one that is not in the loop or was never sent.
    [[nodiscard]] std::optional<rtspcore::Time> find(Key key) const;

private:
    struct Row {
        Key key;
        int64_t time;  // of the monotonic clock, in nanoseconds
    };

    explicit StampTable(MappedFile file);

    MappedFile file_;
    std::span<Row> rows_;
    std::unordered_map<Key, size_t> frames_;
};

}  // namespace bench

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "gop_queue.h"

namespace recordsink {

// The last seconds of all streams, to begin a clip with: of video whole GOPs, back to the key frame at or before the
// newest picture less `duration`; of the others what goes with these. Bounded by bytes, of all streams together: the
// oldest GOP goes. Confined to whoever locks it.
class RecentGops {
public:
    struct Bounds {
        uint64_t bytes = 0;
        RunningTime duration = 0;
    };
    // Stands for a stream, and is not looked into.
    using Key = const void *;
    struct Now {
        RunningTime time = 0;  // of the newest unit, of the video if there is one
        int64_t capture_offset = 0;
        std::optional<RunningTime> came;  // when, by the clock
    };

    void set_bounds(Bounds bounds) { bounds_ = bounds; }
    // `now` is that of the clock, if there is one.
    void add(Key stream, bool is_video, Unit unit, std::optional<RunningTime> now = {});
    // The stream has gone, or begins anew.
    void forget(Key stream);
    void clear();

    [[nodiscard]] uint64_t bytes() const { return bytes_; }
    [[nodiscard]] std::optional<Now> now() const;
    // Where a clip begins that is to have what was at `wanted`: the key frame at or before it, else the first one.
    [[nodiscard]] RunningTime start_for(RunningTime wanted) const;
    // What of a stream belongs to a clip that begins at `start`.
    [[nodiscard]] std::vector<Unit> from(Key stream, RunningTime start) const;

private:
    using Gop = std::vector<Unit>;
    struct Lane {
        bool is_video = false;
        std::deque<Gop> gops;  // of what is no video, one unit each
        Now newest;
    };

    [[nodiscard]] const Lane *video() const;
    [[nodiscard]] Lane *video();
    void drop_front(Lane &lane);
    void trim();
    void trim_others(RunningTime before);

    Bounds bounds_;
    uint64_t bytes_ = 0;
    std::map<Key, Lane> lanes_;
};

}  // namespace recordsink

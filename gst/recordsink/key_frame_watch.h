// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "gop_queue.h"

namespace recordsink {

// What to do about video whose key frames do not come: they are asked for, and in the end (intra refresh has none after
// the first) any picture counts as one, since whole GOPs are what is kept in memory. Time is an argument. Confined to
// one thread.
class KeyFrameWatch {
public:
    struct Verdict {
        bool is_key = false;
        bool ask = false;
    };

    Verdict observe(RunningTime time, bool is_key);
    void reset() { *this = {}; }

private:
    bool has_key_ = false;
    std::optional<RunningTime> since_;  // of the last key frame, or the begin
    RunningTime asked_ = 0;
};

}  // namespace recordsink

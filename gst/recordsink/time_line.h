// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "gop_queue.h"

namespace recordsink {

// Where the units of one stream lie in running time, whatever upstream's time stamps do: those that are missing are
// made up, and those that jump to where they cannot be are shifted, from then on, to go on where the stream is. Time is
// an argument. Confined to one thread.
class TimeLine {
public:
    struct Input {
        std::optional<RunningTime> stamp;  // of decoding, or if there is none of presentation
        bool is_decoding_time = false;
        RunningTime duration = 0;
        std::optional<RunningTime> now;  // by the clock, of a live stream
        bool is_sparse = false;          // pauses are its nature, and nothing is missing in them
    };
    struct Place {
        RunningTime time = 0;
        RunningTime shift = 0;                   // of all that belongs to the unit
        std::optional<RunningTime> jumped_from;  // where it would have gone on
    };

    Place place(const Input &input);
    void reset() { *this = {}; }

private:
    [[nodiscard]] bool is_true_gap(RunningTime time, const Input &input) const;

    bool begun_ = false;
    RunningTime last_ = 0;
    RunningTime next_ = 0;
    RunningTime shift_ = 0;
    RunningTime lag_ = 0;  // behind the clock
};

}  // namespace recordsink

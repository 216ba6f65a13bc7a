// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/ref.h"

namespace recordsink {

// Nanoseconds of running time; may be negative.
using RunningTime = int64_t;

// Time stamps of what is queued count from here: a decoding time may be before 0.
inline constexpr GstClockTime kTimeOrigin = 1000 * 3600 * GST_SECOND;

// One buffer on its way to the disk.
struct Unit {
    rtspcore::Ref<GstBuffer> buffer;
    rtspcore::Ref<GstCaps> caps;
    RunningTime time = 0;
    RunningTime duration = 0;
    int64_t capture_offset = 0;              // time since 1970 minus running time
    std::optional<RunningTime> jumped_from;  // upstream left a gap there
    bool key = false;
    uint64_t bytes = 0;

    [[nodiscard]] RunningTime decoded() const {
        return static_cast<RunningTime>(GST_BUFFER_DTS_OR_PTS(buffer.get()) - kTimeOrigin);
    }
};

// What did not fit: whole GOPs, or the end of one. Without units: what never came.
struct Hole {
    RunningTime start = 0;
    RunningTime end = 0;
    uint64_t units = 0;
    uint64_t bytes = 0;
};

// What waits for the disk, of one stream. Bounded by bytes and time. When it is full the oldest goes, up to the next
// key frame, so what comes out can always be decoded; or, if that is asked for, who pushes waits. Safe: one thread
// pushes, one takes, any may call the rest.
class GopQueue {
public:
    struct Bounds {
        uint64_t bytes = 0;
        RunningTime duration = 0;
    };
    enum class Outcome {
        Unit,
        NewCaps,  // the next unit has other caps; it stays
        Stopped,  // by stop_taking(); the rest stays
        End,      // nothing is left and nothing will come
        Nothing,  // came in time
    };
    struct Level {
        uint64_t bytes = 0;
        RunningTime duration = 0;
        uint64_t dropped_units = 0;
        uint64_t dropped_bytes = 0;
        RunningTime dropped_duration = 0;
        uint64_t holes = 0;
    };

    void set_bounds(Bounds bounds);
    // Gives the hole that it made, if any; one that goes on with what comes next only when it is over. With `wait` it
    // makes none, and blocks until there is room, or flush().
    std::optional<Hole> push(Unit unit, bool wait);
    // Nothing more will come, unless begin_again() is called.
    void end();
    // A new stream follows the one that ended.
    void begin_again();
    // The hole that goes on, if there is one: nothing more belongs to it.
    [[nodiscard]] std::optional<Hole> close_hole();
    // What was pushed was dropped for want of a key frame; true once until there is one.
    [[nodiscard]] bool asks_for_key();
    // What was taken, and got nowhere, is a hole as well.
    void add_lost(const Hole &hole);
    // What is in it is a hole now, if there is any.
    [[nodiscard]] std::optional<Hole> discard();
    // Forgets all, and lets go of who waits. `flushing`: until it is called with false nothing is taken in.
    void flush(bool flushing);

    // As long as there is any reason nobody waits to push; what does not fit is dropped.
    enum class Haste : uint8_t {
        Outage = 1,  // nothing can be written
        Flush = 2,
        Stop = 4,
    };
    void hurry(Haste reason, bool on);

    // Blocks until there is something that fits `caps`, for `patience` at most.
    Outcome take(const GstCaps *caps, Unit &unit, std::chrono::milliseconds patience);
    // From the next key frame on nothing is given; or, with `now`, from the next unit on.
    void stop_taking(bool now);
    // A reader begins anew, with a key frame: what is before it goes.
    std::optional<Hole> start_taking();

    [[nodiscard]] Level level();
    // Holes before this time that were not asked for yet.
    [[nodiscard]] uint64_t holes_until(RunningTime end);
    // Of what was pushed; nothing before the first.
    [[nodiscard]] std::optional<RunningTime> newest();
    // Nothing is in it, and for so long nothing has come that could be recorded.
    [[nodiscard]] bool is_idle(std::chrono::milliseconds period);
    // Whether end() was called.
    [[nodiscard]] bool ended();
    // Those of the oldest unit, else null.
    [[nodiscard]] rtspcore::Ref<GstCaps> front_caps();

private:
    enum class Taking { Yes, UntilKey, No };

    [[nodiscard]] bool full() const;
    void append(Unit unit);
    void drop_front(Hole &hole);
    std::optional<Hole> counted(const Hole &hole);
    std::optional<Hole> go_on(const Hole &hole);
    void count(const Hole &hole);
    void drop_gop(Hole &hole);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Unit> units_;
    Bounds bounds_;
    std::deque<RunningTime> hole_times_;
    Level level_;
    Taking taking_ = Taking::No;
    bool wants_key_ = true;
    bool key_asked_ = false;
    std::optional<Hole> open_hole_;  // counted, and not told yet
    std::optional<RunningTime> newest_;
    rtspcore::Time newest_came_ = rtspcore::monotonic_now();
    bool ended_ = false;
    bool flushing_ = false;
    uint8_t haste_ = 0;  // Haste
};

}  // namespace recordsink

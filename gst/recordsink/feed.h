// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "base/guarded.h"
#include "small_gops.h"
#include "source.h"

namespace recordsink {

// Takes what a track has queued to an element of the writer, on a thread of its own, the only one that the disk can
// hold up. Confined to whoever starts and stops it, but for what is said to be safe.
class Feed {
public:
    // Called on the feed's thread.
    struct Events {
        std::function<void()> new_caps;                             // nothing goes through from here on
        std::function<std::optional<RunningTime>()> newest_of_all;  // of what the file's streams have queued
    };

    Feed(Source source, rtspcore::Ref<GstCaps> caps, Events events);
    ~Feed() { stop(); }
    Feed(const Feed &) = delete;
    Feed &operator=(const Feed &) = delete;

    [[nodiscard]] bool start(GstPad *sink);
    // Called on the feed's thread before a key frame goes through. Before start().
    void on_key(std::function<void(const Unit &)> before_key) { before_key_ = std::move(before_key); }
    // After the writer's elements have stopped, or it would wait for them.
    void stop();

    [[nodiscard]] Track &track() const { return *source_.track; }
    [[nodiscard]] GopQueue &queue() const { return *source_.queue; }
    [[nodiscard]] const GstCaps *caps() const { return caps_.get(); }
    // Time since 1970 minus running time, as of what was there then. Each call is for a later time; safe.
    [[nodiscard]] int64_t capture_offset_at(RunningTime time);
    // When what went through last ends. Safe.
    [[nodiscard]] RunningTime end() const { return end_; }
    // Of all that went through. Safe.
    [[nodiscard]] uint64_t passed_bytes() const { return passed_bytes_; }
    // When the latest picture is shown that splitmuxsink could cut at. On the feed's thread.
    [[nodiscard]] RunningTime latest_gop() const { return gops_.latest(); }
    // Nothing more will go through. Safe.
    [[nodiscard]] bool is_done() const { return done_; }
    // Something went through that is in no finished file. Safe.
    [[nodiscard]] bool has_unwritten() { return !taken_.lock()->empty(); }
    // What begins before `end` is in a file. Safe.
    void note_written(RunningTime end);
    // What is decoded before `end` is in a file. Safe.
    void note_decoded(RunningTime end);
    // The rest of what went through got nowhere. After stop().
    void tell_lost();
    // Key frames before this time that were not given yet. Safe.
    [[nodiscard]] std::vector<RunningTime> key_frames_until(RunningTime end);
    // The last key frame that is decoded then or before, and is in no finished file yet. Safe.
    [[nodiscard]] std::optional<RunningTime> last_key_decoded_until(RunningTime time);

private:
    // A unit, or several one after the other.
    struct Piece {
        Hole hole;  // that it would leave
        RunningTime decoded = 0;
        bool key = false;
    };
    using Pieces = std::deque<Piece>;
    // Of capture time, from there on.
    struct Offset {
        RunningTime from = 0;
        int64_t value = 0;
    };

    static void run(gpointer feed);
    static gboolean answer(GstPad *pad, GstObject *parent, GstQuery *query);
    void begin();
    void step();
    void pass(Unit unit);
    void note_taken(const Unit &unit);
    void note_offset(const Unit &unit);
    void end_stream(GopQueue::Outcome outcome);
    void tell_silence();

    const Source source_;
    const rtspcore::Ref<GstCaps> caps_;
    const Events events_;
    const rtspcore::Ref<GstPad> entry_;
    std::function<void(const Unit &)> before_key_;
    SmallGops gops_;
    bool begun_ = false;
    bool is_silent_ = false;
    RunningTime told_until_ = std::numeric_limits<RunningTime>::min();  // data or silence
    std::atomic<RunningTime> end_{0};
    std::atomic<uint64_t> passed_bytes_{0};
    std::atomic<bool> done_{false};
    rtspcore::Guarded<std::deque<RunningTime>> key_times_;
    rtspcore::Guarded<std::deque<Offset>> offsets_;
    rtspcore::Guarded<Pieces> taken_;  // went through, and is in no finished file yet
};

}  // namespace recordsink

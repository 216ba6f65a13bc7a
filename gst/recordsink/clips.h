// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "clip_location.h"
#include "recent_gops.h"
#include "recorder.h"

namespace recordsink {

// Event recording: remembers the last seconds of all tracks, and makes a clip of its own for each event, with a queue
// per track and a recorder. A thread of its own owns the recorders, so that no caller waits for the disk.
//
// start() and stop() belong to the element's state changes; the rest is safe.
class Clips {
public:
    using Tracks = std::vector<std::shared_ptr<Track>>;
    struct Owner {
        std::function<std::optional<RunningTime>()> now;  // by the clock; nothing before the element played
        std::function<Tracks()> tracks;
        Recorder::Ends ends;
        Recorder::AllEnded all_ended;  // when all tracks have and no clip is open
    };
    // More events at a time are refused: each has threads.
    static constexpr size_t kMost = 16;

    // `target` is that of clips, but for what is of one event.
    Clips(Writer::Target target, ClipLocation location, Owner owner);
    // stop()
    ~Clips();
    Clips(const Clips &) = delete;
    Clips &operator=(const Clips &) = delete;

    // A clip begins, at the key frame at or before `pre-event` ago; or the one that the event has goes on. False: it
    // is one too many, or it is too late.
    bool start_event(const std::string &id, unsigned post);
    // The clip ends `post` seconds from now, unless the event is started again. False: there is no such event.
    bool stop_event(const std::string &id);

    // What came for a track, on its streaming thread. With `wait` that is held up while a clip's queue is full.
    void take(const Track &track, const Unit &unit, bool wait);
    void forget(const Track &track);
    // As long as a track is flushing nobody is held up in take() for it; what does not fit is dropped.
    void set_flushing(const Track &track, bool flushing);
    // The same for all tracks, and for good.
    void let_go();
    // A track came, has other caps or has ended.
    void changed();

    void request_stop();
    // The clips end, as far as they are; for a few seconds at most if the disk works.
    void stop();

    struct Level {
        size_t open = 0;
        uint64_t bytes = 0;  // in memory, for the next clip
    };
    [[nodiscard]] Level level();

private:
    // The recorder is the thread's, the rest is under the lock.
    struct Clip {
        std::shared_ptr<Event> event;
        unsigned post = 0;  // seconds
        RunningTime start = 0;
        std::optional<RunningTime> end;
        rtspcore::Time deadline = rtspcore::Time::max();
        bool closing = false;  // some track is past the end
        bool finished = false;
        Sources sources;
        std::unique_ptr<Recorder> recorder;  // goes first: it asks for the rest
    };
    using ClipRef = std::shared_ptr<Clip>;
    struct Moment {
        RecentGops::Now now;
        RunningTime lag = 0;    // of what comes, behind the clock
        bool is_paced = false;  // by the clock
    };

    void run();
    void wait();
    void look_after_sources();
    void start_recorders();
    void end_overdue();
    void reap();
    void tell_end();
    void end_all();
    [[nodiscard]] Moment moment() const;
    [[nodiscard]] Clip *find_open(const std::string &id) const;
    [[nodiscard]] bool has(const ClipRef &clip, const Track *track) const;
    void add_source(Clip &clip, const std::shared_ptr<Track> &track) const;
    void hurry(const Track *track, GopQueue::Haste reason, bool on);
    [[nodiscard]] Sources sources_of(const Clip &clip);
    void note_finished(Clip &clip);
    static void end_sources(Clip &clip);

    const Writer::Target target_;
    const ClipLocation location_;
    const Owner owner_;
    unsigned told_ends_ = 0;
    std::mutex mutex_;
    std::condition_variable noted_;
    RecentGops recent_;
    std::vector<ClipRef> clips_;
    bool is_live_ = true;
    std::set<const Track *> flushing_;
    bool let_go_ = false;
    bool stopping_ = false;
    bool changed_ = false;
    std::thread thread_;
};

}  // namespace recordsink

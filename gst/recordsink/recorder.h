// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "writer.h"

namespace recordsink {

// For how long the disk may take what is queued when nothing more comes: some seconds; where upstream is not live, and
// waited for the disk as well, as long as it takes something every few seconds. Confined.
class Patience {
public:
    [[nodiscard]] bool is_over(const Sources &sources, rtspcore::Time now);

private:
    bool counts_ = false;
    rtspcore::Time since_;
    uint64_t left_ = 0;
};

// Keeps a writer going: starts it when the tracks are known, anew when they change, and again when the disk is back.
// It has a thread of its own; start() and stop() belong to the element's state changes, the rest is safe.
class Recorder {
public:
    // How many ends of streams there were until now; those of pads that are gone are in it. After a flush a stream goes
    // on, and ends again.
    using Ends = std::function<unsigned()>;
    using AllEnded = std::function<void(unsigned ends)>;

    // `sources` gives those that are there now, `all_ended` is called each time that all have, and are written.
    Recorder(Writer::Target target, std::function<Sources()> sources, Ends ends, AllEnded all_ended);
    // stop()
    ~Recorder();
    Recorder(const Recorder &) = delete;
    Recorder &operator=(const Recorder &) = delete;

    // As stop(), without waiting.
    void request_stop();
    // What is queued is written and the files are finished, for a few seconds at most if the disk works.
    void stop();
    // A track came, went, has other caps or has ended.
    void changed();

private:
    struct State {
        bool stopping = false;
        bool changed = false;
        bool ended = false;
        bool restart = false;
        std::string failure;
    };
    enum class Next { Again, Retry, GiveUp, Stop };

    void run();
    void finish_left_behind();
    [[nodiscard]] Sources wait_for_sources();
    [[nodiscard]] Next record(const Sources &sources);
    [[nodiscard]] Next wind_up(Writer &writer);
    [[nodiscard]] Next stop_writing();
    [[nodiscard]] Next give_up();
    [[nodiscard]] bool wait_for_end(std::chrono::milliseconds bound);
    [[nodiscard]] bool has_failed();
    [[nodiscard]] bool has_late_track(const Writer &writer);
    [[nodiscard]] bool has_lost_video(const Writer &writer);
    void wait_to_retry();
    void ask_for_key_frame();
    void discard();
    void tell_end(unsigned ends);
    void note(const std::function<void(State &)> &change);
    [[nodiscard]] Writer::Events events();

    const Writer::Target target_;
    const std::function<Sources()> sources_;
    const Ends ends_;
    const AllEnded all_ended_;
    unsigned told_ends_ = 0;
    Patience patience_;
    std::optional<std::chrono::steady_clock::time_point> stop_by_;
    std::mutex mutex_;
    std::condition_variable noted_;
    State state_;
    std::thread thread_;
};

}  // namespace recordsink

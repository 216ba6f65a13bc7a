// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "writer.h"

namespace recordsink {

// Keeps a writer going: starts it when the tracks are known, anew when they change, and again when the disk is back.
// It has a thread of its own; start() and stop() belong to the element's state changes, the rest is safe.
class Recorder {
public:
    // `sources` gives those that are there now, `all_ended` is called once when all have, and are written.
    Recorder(Writer::Target target, std::function<Sources()> sources, std::function<void()> all_ended);
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
    enum class Next { Again, Retry, Stop };

    void run();
    void finish_left_behind();
    [[nodiscard]] Sources wait_for_sources();
    [[nodiscard]] Next record(const Sources &sources);
    [[nodiscard]] Next wind_up(Writer &writer);
    [[nodiscard]] Next stop_writing();
    [[nodiscard]] bool wait_for_end(std::chrono::milliseconds bound);
    [[nodiscard]] bool has_late_track(const Writer &writer);
    [[nodiscard]] bool has_lost_video(const Writer &writer);
    void wait_to_retry();
    void tell_end();
    void note(const std::function<void(State &)> &change);
    [[nodiscard]] Writer::Events events();

    const Writer::Target target_;
    const std::function<Sources()> sources_;
    const std::function<void()> all_ended_;
    bool told_end_ = false;
    std::mutex mutex_;
    std::condition_variable noted_;
    State state_;
    std::thread thread_;
};

}  // namespace recordsink

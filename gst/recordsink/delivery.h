// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "child_process.h"
#include "settings.h"

namespace recordsink {

// A finished segment that somebody is to be told of.
struct FinishedSegment {
    std::string path;
    std::string line;  // of the index
};

// Tells of finished segments, one at a time and in their order, by a command, an HTTP POST or both, on a thread of its
// own. Each is tried a few times with pauses between that double. At most kMostWaiting wait; beyond that the oldest is
// given up. Safe.
class Delivery {
public:
    static constexpr size_t kMostWaiting = 1000;

    struct Plan {
        std::vector<std::string> command;  // and the path after it; empty: none
        std::string post;                  // a URL; empty: none
        std::chrono::milliseconds timeout{60000};
        unsigned attempts = 5;
        std::chrono::milliseconds first_pause{1000};
        std::chrono::milliseconds to_stop{5000};

        // The settings have been checked: see problem_with().
        static Plan of(const Settings &settings);
    };
    struct Outcome {
        std::string path;
        bool delivered = false;
        std::string problem;  // of the last attempt
    };
    // Called on its thread, or on that of add() for what is given up there.
    using Tell = std::function<void(const Outcome &)>;

    Delivery(Plan plan, Tell tell);
    // stop()
    ~Delivery();
    Delivery(const Delivery &) = delete;
    Delivery &operator=(const Delivery &) = delete;

    void add(FinishedSegment segment);
    // What waits gets one attempt each, for a few seconds altogether; what is under way then is killed.
    void stop();

    // Why these settings cannot work; empty if they can.
    static std::string problem_with(const Settings &settings);

private:
    void run();
    [[nodiscard]] bool take(FinishedSegment &segment);
    void deliver(const FinishedSegment &segment);
    // What went wrong; empty if all went well.
    [[nodiscard]] std::string attempt(const FinishedSegment &segment);
    [[nodiscard]] std::string run_child(const ChildProcess::Call &call);
    void pause(std::chrono::milliseconds length);
    [[nodiscard]] bool is_stopping();
    [[nodiscard]] std::chrono::steady_clock::time_point stop_deadline();

    const Plan plan_;
    const Tell tell_;
    std::mutex mutex_;
    std::condition_variable noted_;
    std::deque<FinishedSegment> waiting_;
    std::optional<std::chrono::steady_clock::time_point> stop_by_;
    ChildProcess child_;
    bool command_done_ = false;  // of the segment that is being delivered
    std::thread thread_;
};

}  // namespace recordsink

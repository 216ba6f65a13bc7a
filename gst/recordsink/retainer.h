// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "retention.h"

namespace recordsink {

// Has a retention's bounds held, on a thread of its own that the disk may hold up: after each segment, and every few
// seconds, since time passes and others write to the disk. Safe.
class Retainer {
public:
    using Tell = std::function<void(const Retention::Removed &)>;

    // `tell` is called on its thread.
    Retainer(Retention retention, Tell tell);
    // stop()
    ~Retainer();
    Retainer(const Retainer &) = delete;
    Retainer &operator=(const Retainer &) = delete;

    void also(const Location &location);
    void add(ListedSegment segment);
    void stop();

private:
    // What was told since it looked last. Few at a time: whoever finishes segments writes to the same disk.
    struct News {
        std::vector<Location> locations;
        std::vector<ListedSegment> segments;
        bool stopping = false;
    };

    void run();
    [[nodiscard]] News wait_for_news();
    void note(const std::function<void(News &)> &change);

    Retention retention_;  // the thread's
    const Tell tell_;
    std::mutex mutex_;
    std::condition_variable noted_;
    News news_;
    std::thread thread_;
};

}  // namespace recordsink

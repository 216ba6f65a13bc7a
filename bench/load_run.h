// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>

#include "audience.h"
#include "base/event_loop.h"
#include "load_options.h"
#include "load_report.h"

namespace bench {

// One measurement: a first viewer, then the others, a time to settle, the window in which everything is counted, and
// the end. Confined to the thread that calls run().
class LoadRun {
public:
    explicit LoadRun(LoadOptions options);

    // Blocks until it is over; every step has a deadline.
    Json run();

private:
    struct Joining {
        Viewers &viewers;
        size_t count;
        Duration interval{};
        Time due = rtspcore::monotonic_now();  // the next one
    };

    void after(Duration delay, std::function<void()> step);
    // Goes on with `step` when the condition holds or the deadline is reached.
    void when(std::function<bool()> condition, Time deadline, std::function<void()> step);
    void join(Joining joining, std::function<void()> step);

    void start();
    void fill();
    void settle();
    void begin_window();
    void end_window();
    void keep_alive();
    [[nodiscard]] Snapshot snapshot() const;

    const LoadOptions options_;
    rtspcore::EventLoop loop_;
    Audience audience_;
    GroupSockets groups_{loop_};
    Viewers viewers_;
    Viewers joiners_;
    Measurement measurement_;
};

}  // namespace bench

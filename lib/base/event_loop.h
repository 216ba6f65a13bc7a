// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/unique_fd.h"

namespace rtspcore {

// Waits for descriptors, timers and posted work, on one thread.
//
// Thread: confined to the thread that calls run(), which asserts it; post() and quit() are safe.
// Blocking: run() blocks in epoll_wait(2) only; handlers must not block.
class EventLoop {
public:
    // Told when its descriptor is ready. It may unwatch and destroy itself, or any other handler, from within.
    class Handler {
    public:
        virtual ~Handler() = default;
        virtual void on_ready(uint32_t epoll_events) = 0;
    };
    using TimerId = uint64_t;  // never 0

    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop &) = delete;
    EventLoop &operator=(const EventLoop &) = delete;

    void run();
    // Makes run() return after the work posted before it.
    void quit();

    // Runs `work` on the loop's thread. Order of one poster is kept. Work that is posted after run() returned is
    // destroyed with the loop without having run.
    void post(std::function<void()> work);

    // `events` are those of epoll_ctl(2). The handler is borrowed until unwatch().
    void watch(int fd, uint32_t events, Handler &handler);
    void modify(int fd, uint32_t events, Handler &handler);
    void unwatch(int fd, Handler &handler);

    // Runs `callback` once at `deadline`; for repetition it starts itself anew.
    TimerId start_timer(Time deadline, std::function<void()> callback);
    void cancel_timer(TimerId id);  // 0 and ids that ran already are ignored

    // The time at which this round began: one clock reading for all that happens in it.
    [[nodiscard]] Time now() const { return now_; }
    // Whether the caller is on the loop's thread, or the loop does not run (so that nobody else can be).
    [[nodiscard]] bool is_current() const;

private:
    void run_posted();
    void run_timers();
    void dispatch(int count);
    [[nodiscard]] int timeout_ms() const;

    struct Ready {
        Handler *handler;
        uint32_t events;
    };
    struct Timer {
        TimerId id;
        std::function<void()> callback;
    };

    UniqueFd epoll_;
    UniqueFd wake_fd_;
    std::atomic<bool> wake_pending_{false};
    std::atomic<std::thread::id> thread_{};
    Guarded<std::vector<std::function<void()>>> posted_;
    std::multimap<Time, Timer> timers_;
    std::map<TimerId, std::multimap<Time, Timer>::iterator> timer_index_;
    TimerId next_timer_ = 1;
    std::vector<Ready> ready_;
    Time now_{};
    bool quitting_ = false;
};

}  // namespace rtspcore

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace rtspcore {

EventLoop::EventLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    now_ = monotonic_now();
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;  // tells the wake descriptor from the handlers
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_fd_.get(), &event);
}

EventLoop::~EventLoop() = default;

bool EventLoop::is_current() const {
    const std::thread::id thread = thread_.load(std::memory_order_relaxed);
    return thread == std::thread::id() || thread == std::this_thread::get_id();
}

void EventLoop::run() {
    thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    std::array<epoll_event, 128> events;
    while (!quitting_) {
        const int count = epoll_wait(epoll_.get(), events.data(), events.size(), timeout_ms());
        now_ = monotonic_now();
        ready_.clear();
        for (int i = 0; i < count; ++i)
            ready_.push_back({static_cast<Handler *>(events[static_cast<size_t>(i)].data.ptr),
                              events[static_cast<size_t>(i)].events});
        dispatch(count);
        run_timers();
    }
    quitting_ = false;  // it may run again
    thread_.store(std::thread::id(), std::memory_order_relaxed);
}

void EventLoop::dispatch(int count) {
    for (int i = 0; i < count; ++i) {
        // By index and by value: a handler may null out others of this round in unwatch().
        const Ready ready = ready_[static_cast<size_t>(i)];
        if (ready.handler)
            ready.handler->on_ready(ready.events);
        else if (ready.events & EPOLLIN)
            run_posted();
    }
}

void EventLoop::quit() {
    post([this] { quitting_ = true; });
}

void EventLoop::post(std::function<void()> work) {
    posted_.lock()->push_back(std::move(work));
    if (!wake_pending_.exchange(true, std::memory_order_acq_rel))
        eventfd_write(wake_fd_.get(), 1);
}

void EventLoop::run_posted() {
    eventfd_t ignored = 0;
    eventfd_read(wake_fd_.get(), &ignored);
    wake_pending_.store(false, std::memory_order_release);
    // What is posted from here on wakes the next round.
    std::vector<std::function<void()>> work;
    std::swap(*posted_.lock(), work);
    for (auto &item : work)
        item();
}

void EventLoop::watch(int fd, uint32_t events, Handler &handler) {
    assert(is_current());
    epoll_event event{};
    event.events = events;
    event.data.ptr = &handler;
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

void EventLoop::modify(int fd, uint32_t events, Handler &handler) {
    assert(is_current());
    epoll_event event{};
    event.events = events;
    event.data.ptr = &handler;
    epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::unwatch(int fd, Handler &handler) {
    assert(is_current());
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    for (Ready &ready : ready_)
        if (ready.handler == &handler)
            ready = {nullptr, 0};
}

EventLoop::TimerId EventLoop::start_timer(Time deadline, std::function<void()> callback) {
    assert(is_current());
    const TimerId id = next_timer_++;
    timer_index_[id] = timers_.emplace(deadline, Timer{id, std::move(callback)});
    return id;
}

void EventLoop::cancel_timer(TimerId id) {
    assert(is_current());
    if (const auto found = timer_index_.find(id); found != timer_index_.end()) {
        timers_.erase(found->second);
        timer_index_.erase(found);
    }
}

void EventLoop::run_timers() {
    // Timers that are started from within a callback wait for the next round, however near their deadline is.
    const TimerId first_new = next_timer_;
    while (!timers_.empty() && timers_.begin()->first <= now_ && timers_.begin()->second.id < first_new) {
        auto node = timers_.extract(timers_.begin());
        timer_index_.erase(node.mapped().id);
        node.mapped().callback();
    }
}

int EventLoop::timeout_ms() const {
    if (timers_.empty())
        return -1;
    const auto left = timers_.begin()->first - monotonic_now();
    const auto rounded_up = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<int64_t>(rounded_up, 0, 60'000));
}

}  // namespace rtspcore

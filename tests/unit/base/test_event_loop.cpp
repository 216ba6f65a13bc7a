// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/event_loop.h"
#include "base/unique_fd.h"
#include "support/check_suite.h"

using namespace rtspcore;
using namespace std::chrono_literals;

namespace {

constexpr auto kDeadline = 10s;

// Ends a loop that would otherwise wait for ever, and fails the test.
class Watchdog {
public:
    explicit Watchdog(EventLoop &loop)
        : loop_(loop), timer_(loop.start_timer(monotonic_now() + kDeadline, [this] {
              fired_ = true;
              loop_.quit();
          })) {}
    ~Watchdog() {
        ck_assert_msg(!fired_, "the loop did not end by its deadline");
        loop_.cancel_timer(timer_);
    }

private:
    EventLoop &loop_;
    bool fired_ = false;
    EventLoop::TimerId timer_;
};

void run_with_deadline(EventLoop &loop) {
    const Watchdog watchdog(loop);
    loop.run();
}

// A descriptor that is ready at once.
UniqueFd signalled_fd() {
    return UniqueFd(eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC));
}

class CallbackHandler : public EventLoop::Handler {
public:
    explicit CallbackHandler(std::function<void(uint32_t)> callback) : callback_(std::move(callback)) {}
    void on_ready(uint32_t epoll_events) override {
        ++calls_;
        callback_(epoll_events);
    }
    [[nodiscard]] int calls() const { return calls_; }

private:
    std::function<void(uint32_t)> callback_;
    int calls_ = 0;
};

START_TEST(test_post_from_one_thread_keeps_order) {
    EventLoop loop;
    std::string order;
    for (const char name : {'a', 'b', 'c'})
        loop.post([&order, name] { order += name; });
    loop.quit();
    run_with_deadline(loop);
    ck_assert_str_eq(order.c_str(), "abc");
}
END_TEST

START_TEST(test_quit_runs_what_was_posted_before_it) {
    EventLoop loop;
    std::promise<void> started;
    int ran = 0;
    std::thread thread([&] {
        loop.post([&] { started.set_value(); });
        run_with_deadline(loop);
    });
    started.get_future().wait();
    for (int i = 0; i < 100; ++i)
        loop.post([&ran] { ++ran; });
    loop.quit();
    thread.join();
    ck_assert_int_eq(ran, 100);
}
END_TEST

START_TEST(test_post_from_within_posted_work_runs_later) {
    EventLoop loop;
    std::string order;
    loop.post([&] {
        loop.post([&] {
            order += 'c';
            loop.quit();
        });
        order += 'a';
    });
    loop.post([&] { order += 'b'; });
    run_with_deadline(loop);
    ck_assert_str_eq(order.c_str(), "abc");
}
END_TEST

START_TEST(test_work_posted_after_the_end_is_destroyed_unrun) {
    auto token = std::make_shared<int>();
    bool ran = false;
    {
        EventLoop loop;
        loop.quit();
        run_with_deadline(loop);
        loop.post([token, &ran] { ran = true; });
        ck_assert_int_eq(token.use_count(), 2);
    }
    ck_assert_int_eq(token.use_count(), 1);
    ck_assert(!ran);
}
END_TEST

// Many threads post while the loop runs: a lost wake-up shows as work that is still missing at the deadline.
START_TEST(test_post_from_many_threads_loses_no_wake_up) {
    constexpr int kThreads = 4;
    constexpr int kRounds = 5000;
    EventLoop loop;
    int ran = 0;
    std::vector<std::thread> posters;
    for (int i = 0; i < kThreads; ++i)
        posters.emplace_back([&] {
            for (int round = 0; round < kRounds; ++round)
                loop.post([&] {
                    if (++ran == kThreads * kRounds)
                        loop.quit();
                });
        });
    run_with_deadline(loop);
    for (std::thread &poster : posters)
        poster.join();
    ck_assert_int_eq(ran, kThreads * kRounds);
}
END_TEST

START_TEST(test_is_current_tells_the_loops_thread_while_it_runs) {
    EventLoop loop;
    ck_assert_msg(loop.is_current(), "nobody else can be in a loop that does not run");
    std::promise<bool> inside;
    std::promise<void> release;
    std::thread thread([&] {
        loop.post([&] {
            inside.set_value(loop.is_current());
            release.get_future().wait();
        });
        loop.run();
    });
    ck_assert(inside.get_future().get());
    ck_assert_msg(!loop.is_current(), "this is not the loop's thread");
    release.set_value();
    loop.quit();
    thread.join();
    ck_assert(loop.is_current());
}
END_TEST

START_TEST(test_timers_run_in_order_of_deadline) {
    EventLoop loop;
    std::string order;
    const Time start = monotonic_now();
    loop.start_timer(start + 6ms, [&] {
        order += 'c';
        loop.quit();
    });
    loop.start_timer(start + 1ms, [&] { order += 'a'; });
    loop.start_timer(start + 3ms, [&] { order += 'b'; });
    run_with_deadline(loop);
    ck_assert_str_eq(order.c_str(), "abc");
}
END_TEST

START_TEST(test_timer_never_runs_before_its_deadline) {
    EventLoop loop;
    const Time deadline = monotonic_now() + 1500us;  // no whole number of epoll's milliseconds
    Time round{};
    loop.start_timer(deadline, [&] {
        round = loop.now();
        loop.quit();
    });
    run_with_deadline(loop);
    ck_assert(round >= deadline);
    ck_assert(round <= monotonic_now());
}
END_TEST

START_TEST(test_cancelled_timer_does_not_run) {
    EventLoop loop;
    bool ran = false;
    const Time now = monotonic_now();
    const EventLoop::TimerId doomed = loop.start_timer(now + 2ms, [&] { ran = true; });
    ck_assert_uint_ne(doomed, 0);
    // Both are due in the same round or the first one sooner: in both cases it may still call the other off.
    loop.start_timer(now + 1ms, [&] { loop.cancel_timer(doomed); });
    loop.start_timer(now + 4ms, [&] { loop.quit(); });
    run_with_deadline(loop);
    ck_assert(!ran);
}
END_TEST

START_TEST(test_cancel_of_no_timer_or_a_past_one_is_ignored) {
    EventLoop loop;
    loop.cancel_timer(0);
    EventLoop::TimerId id = 0;
    id = loop.start_timer(monotonic_now(), [&] {
        loop.cancel_timer(id);
        loop.quit();
    });
    run_with_deadline(loop);
    loop.cancel_timer(id);
}
END_TEST

// A timer that starts itself anew without delay must not keep descriptors and posted work from their turn.
START_TEST(test_timer_that_restarts_at_once_starves_nobody) {
    EventLoop loop;
    int rounds = 0;
    std::function<void()> again = [&] {
        if (++rounds == 3)
            loop.quit();  // posted: it ends the loop only if posted work gets its turn
        loop.start_timer(loop.now(), again);
    };
    loop.start_timer(loop.now(), again);
    run_with_deadline(loop);
    ck_assert_int_ge(rounds, 3);
}
END_TEST

START_TEST(test_handler_is_told_the_events_of_its_descriptor) {
    EventLoop loop;
    std::array<int, 2> pair{};
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()), 0);
    const UniqueFd ours(pair[0]);
    UniqueFd peer(pair[1]);
    uint32_t seen = 0;
    CallbackHandler handler([&](uint32_t events) {
        seen = events;
        loop.quit();
        loop.unwatch(ours.get(), handler);
    });
    loop.watch(ours.get(), EPOLLIN | EPOLLRDHUP, handler);
    peer.reset();
    run_with_deadline(loop);
    ck_assert(seen & EPOLLRDHUP);
    ck_assert(!(seen & EPOLLOUT));
}
END_TEST

START_TEST(test_modify_changes_what_is_waited_for) {
    EventLoop loop;
    const UniqueFd fd = signalled_fd();
    std::vector<uint32_t> seen;
    CallbackHandler handler([&](uint32_t events) {
        seen.push_back(events);
        if (seen.size() == 1)
            return loop.modify(fd.get(), EPOLLOUT, handler);
        loop.unwatch(fd.get(), handler);
        loop.quit();
    });
    loop.watch(fd.get(), EPOLLIN, handler);
    run_with_deadline(loop);
    ck_assert_uint_eq(seen.size(), 2);
    ck_assert_uint_eq(seen[0], EPOLLIN);
    ck_assert_uint_eq(seen[1], EPOLLOUT);
}
END_TEST

// Two connections are ready in one round and the first closes the second: the second must not be called any more,
// as it may be gone.
START_TEST(test_unwatch_of_another_handler_in_the_same_round_is_heeded) {
    EventLoop loop;
    const std::array<UniqueFd, 2> fds{signalled_fd(), signalled_fd()};
    std::array<std::unique_ptr<CallbackHandler>, 2> handlers;
    int calls = 0;
    for (size_t i = 0; i < 2; ++i)
        handlers[i] = std::make_unique<CallbackHandler>([&, i](uint32_t) {
            ++calls;
            const size_t other = 1 - i;
            loop.unwatch(fds[other].get(), *handlers[other]);
            handlers[other].reset();
            loop.unwatch(fds[i].get(), *handlers[i]);
            loop.quit();
        });
    for (size_t i = 0; i < 2; ++i)
        loop.watch(fds[i].get(), EPOLLIN, *handlers[i]);
    run_with_deadline(loop);
    ck_assert_int_eq(calls, 1);
}
END_TEST

START_TEST(test_handler_may_destroy_itself) {
    EventLoop loop;
    const UniqueFd fd = signalled_fd();
    std::unique_ptr<EventLoop::Handler> handler;
    class SelfDestroying : public EventLoop::Handler {
    public:
        SelfDestroying(EventLoop &loop, int fd, std::unique_ptr<EventLoop::Handler> &self)
            : loop_(loop), fd_(fd), self_(self) {}
        void on_ready(uint32_t) override {
            loop_.unwatch(fd_, *this);
            loop_.quit();
            self_.reset();
        }

    private:
        EventLoop &loop_;
        int fd_;
        std::unique_ptr<EventLoop::Handler> &self_;
    };
    handler = std::make_unique<SelfDestroying>(loop, fd.get(), handler);
    loop.watch(fd.get(), EPOLLIN, *handler);
    run_with_deadline(loop);
    ck_assert(!handler);
}
END_TEST

START_TEST(test_now_is_one_reading_per_round) {
    EventLoop loop;
    std::vector<Time> readings;
    for (int i = 0; i < 3; ++i)
        loop.post([&] { readings.push_back(loop.now()); });
    loop.quit();
    run_with_deadline(loop);
    ck_assert(readings.front() == readings.back());
}
END_TEST

}  // namespace

int main() {
    return test::run_suite(
        "event_loop",
        {test_post_from_one_thread_keeps_order, test_quit_runs_what_was_posted_before_it,
         test_post_from_within_posted_work_runs_later, test_work_posted_after_the_end_is_destroyed_unrun,
         test_post_from_many_threads_loses_no_wake_up, test_is_current_tells_the_loops_thread_while_it_runs,
         test_timers_run_in_order_of_deadline, test_timer_never_runs_before_its_deadline,
         test_cancelled_timer_does_not_run, test_cancel_of_no_timer_or_a_past_one_is_ignored,
         test_timer_that_restarts_at_once_starves_nobody, test_handler_is_told_the_events_of_its_descriptor,
         test_modify_changes_what_is_waited_for, test_unwatch_of_another_handler_in_the_same_round_is_heeded,
         test_handler_may_destroy_itself, test_now_is_one_reading_per_round});
}

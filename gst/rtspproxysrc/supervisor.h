// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <thread>

#include "base/event_loop.h"
#include "base/guarded.h"
#include "connect_plan.h"
#include "connect_slots.h"
#include "outputs.h"
#include "reception.h"
#include "settings.h"
#include "status.h"
#include "trial.h"
#include "upstream.h"

namespace rtspproxy {

// Keeps an upstream: connects, watches, throws away, waits, connects again. It does so on a thread of its own, so that
// neither state changes nor streaming threads ever wait for a network.
//
// Thread: start(), stop(), play() and end() belong to who holds the element's state lock; set_watched(),
// follow_hold_down() and status() are safe; the rest is confined to its own thread, `rtspproxysrc`.
class Supervisor {
public:
    struct Host {
        GstElement *element;
        std::string name;  // in a Via header
        std::function<Settings()> settings;
        std::function<void(GstElement *)> set_up;     // each new rtspsrc
        std::function<void(const Status &)> changed;  // of state
        std::function<void(const Failure &)> gave_up;
        std::function<void(const std::string &)> untaken;  // media comes, and nobody takes it from these pads
    };

    Supervisor(Host host, Outputs &outputs, Reception &reception);
    ~Supervisor();
    Supervisor(const Supervisor &) = delete;
    Supervisor &operator=(const Supervisor &) = delete;

    // `sources` were checked.
    void start(std::vector<Source> sources);
    // Synchronous: afterwards nothing streams. Nothing may hold up what is pushed: the pads are inactive.
    void stop();
    // The clock runs: the first time it connects.
    void play();
    // Disconnects, and ends the streams; only stop() lets it connect again. Whether it was started at all.
    bool end();

    // Who watches the stream of that output. Safe.
    void set_watched(unsigned output, const rtspsink::Watchers &watchers);
    // The setting is another one: what is left of the time before is void. Safe.
    void follow_hold_down();
    [[nodiscard]] Status status();

private:
    void enter(State state, Failure failure = {}, rtspcore::Duration wait = {});
    void tell_attempt(Status &status) const;
    void connect();
    void connect_in(rtspcore::Duration wait);
    void connect_in_turn(const std::string &among);
    [[nodiscard]] std::string server() const;
    void disconnect();
    void rest();
    void end_streams();
    void on_described(uint64_t attempt);
    void on_playing(uint64_t attempt);
    void on_failed(uint64_t attempt, Failure failure);
    void give_up(const Failure &failure);
    void check_links();
    void watch();
    void follow_watching();
    void go_idle(Failure failure = {});
    void resume();
    void begin_gap();
    void follow_proxies();
    void keep_alive_in(rtspcore::Duration wait);
    [[nodiscard]] bool is_wanted() const;
    void hold_down();
    void try_better(size_t location);
    void end_trial();
    void on_trial(size_t location, bool has_media);
    [[nodiscard]] RtspsrcConfig config_for(const ConnectPlan::Attempt &attempt) const;
    [[nodiscard]] Upstream::Listener listener_of(uint64_t attempt);

    const Host host_;
    Outputs &outputs_;
    Reception &reception_;
    const std::shared_ptr<ConnectSlots> slots_;
    rtspcore::Guarded<Status> status_;
    // What requests say of the proxies behind, and of this one; shared with the threads that send them.
    const std::shared_ptr<rtspcore::Guarded<std::string>> via_;
    rtspcore::EventLoop loop_;
    std::thread thread_;

    std::vector<Source> sources_;
    std::optional<ConnectPlan> plan_;
    std::unique_ptr<Upstream> upstream_;
    std::map<unsigned, rtspsink::Watchers> watchers_;  // of outputs
    rtspcore::Time not_before_{};                      // the next attempt, whoever comes to watch
    bool streams_ = false;                             // media came, and no gap was told since
    bool over_ = false;                                // the streams were ended
    rtspcore::EventLoop::TimerId close_timer_ = 0;     // nobody watches: until it is disconnected
    std::unique_ptr<Trial> trial_;
    uint64_t trial_number_ = 0;                     // what comes from others is late
    rtspcore::EventLoop::TimerId trial_timer_ = 0;  // of the next trial, or of the end of this one
    rtspcore::EventLoop::TimerId link_timer_ = 0;   // media comes: until somebody has to be linked
    bool untaken_told_ = false;
    uint64_t attempt_ = 0;  // what comes from others is late
    bool described_ = false;
    bool played_ = false;  // media has come once
    rtspcore::Time begun_{};
    rtspcore::EventLoop::TimerId timer_ = 0;  // of the next attempt, or of the watchdog
    rtspcore::EventLoop::TimerId keep_alive_timer_ = 0;
};

}  // namespace rtspproxy

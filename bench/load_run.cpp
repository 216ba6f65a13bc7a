// SPDX-License-Identifier: LGPL-2.1-or-later
#include "load_run.h"

#include <unistd.h>

#include <algorithm>

namespace bench {

namespace {

using namespace std::chrono_literals;
using rtspcore::monotonic_now;

constexpr auto kJoinDeadline = 20s;
constexpr auto kPollInterval = 20ms;
constexpr auto kKeepAliveInterval = 20s;

bool decodes(const std::unique_ptr<Viewer> &viewer) {
    return !viewer->failure().empty() || (viewer->first_track() && viewer->first_track()->first_key_at());
}

bool receives(const std::unique_ptr<Viewer> &viewer) {
    return !viewer->failure().empty() || viewer->counts().packets > 0;
}

Duration duration_of(std::chrono::duration<double> seconds) {
    return std::chrono::duration_cast<Duration>(seconds);
}
Duration interval_of(double rate) {
    return duration_of(std::chrono::duration<double>(1 / rate));
}

Source source_of(const LoadOptions &options, size_t viewer) {
    Source source = options.source;
    if (options.mounts > 0)
        source.url.text += std::to_string(viewer % options.mounts);
    return source;
}

}  // namespace

LoadRun::LoadRun(LoadOptions options)
    : options_(std::move(options)),
      audience_(options_.stamps.empty() ? std::nullopt : StampTable::open(options_.stamps)) {}

Json LoadRun::run() {
    start();
    loop_.run();
    Json json = report(measurement_, {viewers_, joiners_, audience_});
    for (const auto &viewer : viewers_)
        viewer->leave();
    return json;
}

void LoadRun::after(Duration delay, std::function<void()> step) {
    loop_.start_timer(monotonic_now() + delay, std::move(step));
}

void LoadRun::when(std::function<bool()> condition, Time deadline, std::function<void()> step) {
    if (condition() || monotonic_now() >= deadline)
        return step();
    after(kPollInterval, [this, condition = std::move(condition), deadline, step = std::move(step)] {
        when(condition, deadline, step);
    });
}

void LoadRun::join(Joining joining, std::function<void()> step) {
    for (; joining.viewers.size() < joining.count && joining.due <= monotonic_now(); joining.due += joining.interval)
        joining.viewers.push_back(
            Viewer::join({loop_, audience_, groups_}, source_of(options_, joining.viewers.size())));
    if (joining.viewers.size() >= joining.count)
        return step();
    loop_.start_timer(joining.due, [this, joining, step = std::move(step)] { join(joining, step); });
}

void LoadRun::start() {
    measurement_.idle = usage_of(options_.server);
    after(kKeepAliveInterval, [this] { keep_alive(); });
    join({viewers_, 1}, [this] {
        when([this] { return decodes(viewers_.front()); }, monotonic_now() + kJoinDeadline,
             [this] { after(duration_of(options_.alone), [this] { fill(); }); });
    });
}

void LoadRun::fill() {
    measurement_.with_one = usage_of(options_.server);
    measurement_.is_full = options_.alone.count() > 0;
    join({viewers_, options_.viewers, interval_of(options_.join_rate)}, [this] {
        when([this] { return std::all_of(viewers_.begin(), viewers_.end(), receives); },
             monotonic_now() + kJoinDeadline, [this] { settle(); });
    });
}

void LoadRun::settle() {
    after(duration_of(options_.settle), [this] { begin_window(); });
}

void LoadRun::begin_window() {
    const size_t stalled = std::min(options_.stalled, viewers_.size() - 1);
    for (size_t i = viewers_.size() - stalled; i < viewers_.size(); ++i)
        viewers_[i]->stall();
    audience_.start_recording(viewers_.size() - stalled);
    measurement_.begin = snapshot();
    const Time end = monotonic_now() + duration_of(options_.window);
    join({joiners_, options_.joiners, interval_of(options_.joiner_rate)}, [this, end] {
        when([this, end] { return monotonic_now() >= end && std::all_of(joiners_.begin(), joiners_.end(), decodes); },
             end + kJoinDeadline, [this] { end_window(); });
    });
}

void LoadRun::end_window() {
    measurement_.end = snapshot();
    audience_.stop_recording();
    loop_.quit();
}

void LoadRun::keep_alive() {
    for (const auto &viewer : viewers_)
        viewer->keep_alive();
    after(kKeepAliveInterval, [this] { keep_alive(); });
}

Snapshot LoadRun::snapshot() const {
    Snapshot snapshot;
    snapshot.server = usage_of(options_.server);
    snapshot.client = usage_of(getpid());
    snapshot.time = monotonic_now();
    for (const Viewers *crowd : {&viewers_, &joiners_}) {
        for (const auto &viewer : *crowd) {
            snapshot.delivered += viewer->counts();
            if (crowd != &viewers_ || viewer->stalled())
                continue;
            snapshot.watching += viewer->counts();
            snapshot.packets_of_each.push_back(viewer->counts().packets);
        }
    }
    return snapshot;
}

}  // namespace bench

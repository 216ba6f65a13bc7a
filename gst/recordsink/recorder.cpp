// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recorder.h"

#include <gst/video/video.h>

#include <algorithm>

#include "log.h"
#include "recovery.h"

namespace recordsink {

using std::chrono::milliseconds;

namespace {

// A track whose data come later begins a new file.
constexpr milliseconds kWaitForTracks{2000};
// How often tracks that begin, or cease, to have data are looked for.
constexpr milliseconds kLook{500};
constexpr milliseconds kLookForData{50};
// Of cameras some send a picture a second.
constexpr milliseconds kIdleVideo{4000};
constexpr milliseconds kRetry{1000};
constexpr milliseconds kWaitForKey{3000};
constexpr milliseconds kWaitForEnd{5000};

bool has_ended(const Source &source) {
    return source.queue->ended();
}

// Video without key frames, for one, has caps and never any data.
bool has_data(const Source &source) {
    return bool(source.queue->front_caps()) ||
           (source.track->is_sparse() && source.track->caps() && !has_ended(source));
}

bool all(const Sources &sources, bool (*what)(const Source &source)) {
    return !sources.empty() && std::all_of(sources.begin(), sources.end(), what);
}

bool is_settled(const Source &source) {
    return has_ended(source) || has_data(source);
}

}  // namespace

Recorder::Recorder(Writer::Target target, std::function<Sources()> sources, std::function<void()> all_ended)
    : target_(std::move(target)), sources_(std::move(sources)), all_ended_(std::move(all_ended)) {
    thread_ = std::thread([this] { run(); });
}

Recorder::~Recorder() {
    stop();
}

void Recorder::request_stop() {
    note([](State &state) { state.stopping = true; });
}

void Recorder::stop() {
    request_stop();
    if (thread_.joinable())
        thread_.join();
}

void Recorder::note(const std::function<void(State &)> &change) {
    const std::lock_guard lock(mutex_);
    change(state_);
    noted_.notify_all();
}

void Recorder::changed() {
    note([](State &state) { state.changed = true; });
}

Writer::Events Recorder::events() {
    return {[this](std::string text) {
                note([&](State &state) {
                    if (state.failure.empty())
                        state.failure = std::move(text);
                });
            },
            [this] { note([](State &state) { state.ended = true; }); },
            [this] { note([](State &state) { state.restart = true; }); }};
}

void Recorder::run() {
    if (!target_.event)  // who makes clips looks for all of them at once
        finish_left_behind();
    Next next = Next::Again;
    while (next != Next::Stop) {
        const Sources sources = wait_for_sources();
        if (sources.empty())
            return;
        next = record(sources);
        if (next == Next::Retry)
            wait_to_retry();
    }
    // There was no time to write it.
    for (const Source &source : sources_())
        source.tell(source.queue->discard());
}

void Recorder::finish_left_behind() {
    const Recovered recovered = recover(target_.location, target_.settings.format, target_.index);
    if (target_.aftercare)
        target_.aftercare->start(recovered.entries);
}

// Those that have data; none when it is to stop.
Sources Recorder::wait_for_sources() {
    std::unique_lock lock(mutex_);
    auto deadline = std::chrono::steady_clock::time_point::max();
    while (true) {
        state_.changed = false;
        lock.unlock();
        Sources sources = sources_();
        const bool settled = all(sources, is_settled);
        const bool ended = all(sources, has_ended);
        sources.erase(std::remove_if(sources.begin(), sources.end(), std::not_fn(has_data)), sources.end());
        if (ended && sources.empty())
            tell_end();
        lock.lock();
        const auto now = std::chrono::steady_clock::now();
        if (!sources.empty() && deadline == std::chrono::steady_clock::time_point::max())
            deadline = now + kWaitForTracks;
        if (!sources.empty() && (settled || now >= deadline || state_.stopping))
            return sources;
        if (state_.stopping)
            return {};
        noted_.wait_for(lock, ended ? kLook : kLookForData, [&] { return state_.stopping || state_.changed; });
    }
}

void Recorder::tell_end() {
    if (!std::exchange(told_end_, true))
        all_ended_();
}

bool Recorder::has_late_track(const Writer &writer) {
    const Sources sources = sources_();
    return std::any_of(sources.begin(), sources.end(),
                       [&](const Source &source) { return has_data(source) && !writer.has(source.track.get()); });
}

// splitmuxsink cuts where the video can be cut: while there is none the others go on in files of their own.
bool Recorder::has_lost_video(const Writer &writer) {
    const Sources sources = sources_();
    const auto is_lost = [&](const Source &source) {
        return source.track->is_video() && writer.has(source.track.get()) && source.queue->is_idle(kIdleVideo);
    };
    const auto goes_on = [&](const Source &source) {
        return !source.track->is_video() && !has_ended(source) && !source.queue->is_idle(kIdleVideo);
    };
    return std::any_of(sources.begin(), sources.end(), is_lost) && std::any_of(sources.begin(), sources.end(), goes_on);
}

Recorder::Next Recorder::record(const Sources &sources) {
    note([](State &state) {
        state.ended = state.restart = false;
        state.failure.clear();
    });
    Writer writer(target_, events());
    const bool started = writer.start(sources);
    std::unique_lock lock(mutex_);
    while (started && state_.failure.empty() && !state_.ended) {
        const bool stopping = state_.stopping;
        const bool restart = state_.restart;
        lock.unlock();
        if (stopping)
            return stop_writing();
        if (restart || has_late_track(writer) || has_lost_video(writer))
            return wind_up(writer);
        lock.lock();
        noted_.wait_for(lock, kLook, [&] {
            return !state_.failure.empty() || state_.ended || state_.stopping || state_.restart ||
                   std::exchange(state_.changed, false);
        });
    }
    if (state_.failure.empty())
        return Next::Again;
    const std::string failure = state_.failure;
    lock.unlock();
    target_.teller->outage(failure, target_.settings.on_error == OnError::Error);
    return Next::Retry;
}

Recorder::Next Recorder::wind_up(Writer &writer) {
    for (const Source &source : sources_())
        if (source.track->is_video())
            source.track->push_upstream(gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
    const bool no_key_will_come = has_lost_video(writer);
    writer.end(no_key_will_come, "caps");
    if (wait_for_end(no_key_will_come ? kWaitForEnd : kWaitForKey))
        return Next::Again;
    writer.end(true, "caps");
    if (!wait_for_end(kWaitForEnd))
        GST_WARNING("the disk did not take what was queued in time");
    return Next::Again;
}

// The element has ended the queues: what is in them is still written.
Recorder::Next Recorder::stop_writing() {
    if (!wait_for_end(kWaitForEnd))
        GST_WARNING("the disk did not take what was queued in time");
    return Next::Stop;
}

bool Recorder::wait_for_end(milliseconds bound) {
    std::unique_lock lock(mutex_);
    return noted_.wait_for(lock, bound, [&] { return state_.ended || !state_.failure.empty(); });
}

// Meanwhile the queues keep what is newest.
void Recorder::wait_to_retry() {
    for (const Source &source : sources_())
        source.queue->set_impatient(true);
    std::unique_lock lock(mutex_);
    noted_.wait_for(lock, kRetry, [&] { return state_.stopping; });
    const bool stopping = state_.stopping;
    lock.unlock();
    const Sources sources = sources_();
    const bool over = stopping || all(sources, has_ended);
    for (const Source &source : sources)
        if (over)
            source.tell(source.queue->discard());
        else
            source.queue->set_impatient(false);
}

}  // namespace recordsink

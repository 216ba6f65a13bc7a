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
constexpr milliseconds kRetry{1000};
constexpr milliseconds kWaitForKey{3000};
constexpr milliseconds kWaitForEnd{5000};

bool has_ended(const std::shared_ptr<Track> &track) {
    return track->queue().ended();
}

bool has_data(const std::shared_ptr<Track> &track) {
    return bool(track->caps()) && !(has_ended(track) && !track->queue().front_caps());
}

bool all(const Recorder::Tracks &tracks, bool (*what)(const std::shared_ptr<Track> &)) {
    return !tracks.empty() && std::all_of(tracks.begin(), tracks.end(), what);
}

bool is_settled(const std::shared_ptr<Track> &track) {
    return has_ended(track) || track->caps();
}

}  // namespace

Recorder::Recorder(Writer::Target target, std::function<Tracks()> tracks, std::function<void()> all_ended)
    : target_(std::move(target)), tracks_(std::move(tracks)), all_ended_(std::move(all_ended)) {
    thread_ = std::thread([this] { run(); });
}

Recorder::~Recorder() {
    stop();
}

void Recorder::stop() {
    note([](State &state) { state.stopping = true; });
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
    const Recovered recovered = recover(target_.location, target_.settings.format, target_.index);
    for (const std::string &path : recovered.finished)
        GST_INFO("finished %s, which was left behind", path.c_str());
    if (target_.aftercare)
        target_.aftercare->start(recovered.entries);
    Next next = Next::Again;
    while (next != Next::Stop) {
        const Tracks tracks = wait_for_tracks();
        if (tracks.empty())
            return;
        next = record(tracks);
        if (next == Next::Retry)
            wait_to_retry();
    }
}

// Those that have data; none when it is to stop.
Recorder::Tracks Recorder::wait_for_tracks() {
    std::unique_lock lock(mutex_);
    auto deadline = std::chrono::steady_clock::time_point::max();
    while (true) {
        state_.changed = false;
        lock.unlock();
        Tracks tracks = tracks_();
        const bool settled = all(tracks, is_settled);
        const bool ended = all(tracks, has_ended);
        tracks.erase(std::remove_if(tracks.begin(), tracks.end(), [](const auto &t) { return !has_data(t); }),
                     tracks.end());
        if (ended && tracks.empty())
            tell_end();
        lock.lock();
        const auto now = std::chrono::steady_clock::now();
        if (!tracks.empty() && deadline == std::chrono::steady_clock::time_point::max())
            deadline = now + kWaitForTracks;
        if (!tracks.empty() && (settled || now >= deadline || state_.stopping))
            return tracks;
        if (state_.stopping)
            return {};
        const auto woken = [&] { return state_.stopping || state_.changed; };
        if (tracks.empty())
            noted_.wait(lock, woken);
        else
            noted_.wait_until(lock, deadline, woken);
    }
}

void Recorder::tell_end() {
    if (!std::exchange(told_end_, true))
        all_ended_();
}

bool Recorder::has_late_track(const Writer &writer) {
    const Tracks tracks = tracks_();
    return std::any_of(tracks.begin(), tracks.end(),
                       [&](const auto &track) { return has_data(track) && !writer.has(track.get()); });
}

Recorder::Next Recorder::record(const Tracks &tracks) {
    note([](State &state) {
        state.ended = state.restart = false;
        state.failure.clear();
    });
    Writer writer(target_, events());
    const bool started = writer.start(tracks);
    std::unique_lock lock(mutex_);
    while (started && state_.failure.empty() && !state_.ended) {
        if (state_.stopping || state_.restart) {
            const char *reason = state_.stopping ? "stop" : "caps";
            lock.unlock();
            return wind_up(writer, reason);
        }
        if (std::exchange(state_.changed, false)) {
            lock.unlock();
            const bool late = has_late_track(writer);
            lock.lock();
            state_.restart |= late;
            continue;
        }
        noted_.wait(lock);
    }
    if (state_.failure.empty())
        return Next::Again;
    const std::string failure = state_.failure;
    lock.unlock();
    target_.teller->outage(failure, target_.settings.on_error == OnError::Error);
    return Next::Retry;
}

Recorder::Next Recorder::wind_up(Writer &writer, const char *reason) {
    const bool stopping = std::string(reason) == "stop";
    if (!stopping) {
        for (const auto &track : tracks_())
            if (track->is_video())
                track->push_upstream(gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
        writer.end(false, reason);
        if (wait_for_end(kWaitForKey))
            return Next::Again;
        writer.end(true, reason);
    }
    // To stop, the element has ended the queues: what is in them is still written.
    if (!wait_for_end(kWaitForEnd))
        GST_WARNING("the disk did not take what was queued in time");
    return stopping ? Next::Stop : Next::Again;
}

bool Recorder::wait_for_end(milliseconds bound) {
    std::unique_lock lock(mutex_);
    return noted_.wait_for(lock, bound, [&] { return state_.ended || !state_.failure.empty(); });
}

// Meanwhile the queues keep what is newest.
void Recorder::wait_to_retry() {
    for (const auto &track : tracks_())
        track->queue().set_impatient(true);
    std::unique_lock lock(mutex_);
    noted_.wait_for(lock, kRetry, [&] { return state_.stopping; });
    const bool stopping = state_.stopping;
    lock.unlock();
    const Tracks tracks = tracks_();
    if (stopping || all(tracks, has_ended))
        for (const auto &track : tracks)
            track->queue().discard();
    else
        for (const auto &track : tracks)
            track->queue().set_impatient(false);
}

}  // namespace recordsink

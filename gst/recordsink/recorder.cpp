// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recorder.h"

#include <algorithm>
#include <iterator>

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

// A file has one video: what ended is written before what came after it on another pad.
bool must_wait(const Source &source, const Sources &all) {
    return source.track->is_video() && std::any_of(all.begin(), all.end(), [&](const Source &other) {
               return other.track->is_video() && has_data(other) &&
                      other.track->video_turn() < source.track->video_turn();
           });
}

Sources ready(const Sources &all) {
    Sources sources;
    std::copy_if(all.begin(), all.end(), std::back_inserter(sources),
                 [&](const Source &source) { return has_data(source) && !must_wait(source, all); });
    return sources;
}

// Nothing more will come, not for other clips either.
bool is_finished(const Source &source) {
    return has_ended(source) && source.track->queue().ended();
}

bool is_live(const Source &source) {
    return source.track->is_live();
}

void discard_queue(const Source &source) {
    source.tell(source.queue->close_hole());
    source.tell(source.queue->discard());
}

}  // namespace

bool Patience::is_over(const Sources &sources, rtspcore::Time now) {
    if (!all(sources, is_finished)) {
        counts_ = false;
        return false;
    }
    uint64_t left = 0;
    for (const Source &source : sources)
        left += source.queue->level().bytes;
    const bool goes_on = left < left_ && std::none_of(sources.begin(), sources.end(), is_live);
    if (!std::exchange(counts_, true) || goes_on)
        since_ = now;
    left_ = left;
    return now - since_ >= kWaitForEnd;
}

Recorder::Recorder(Writer::Target target, std::function<Sources()> sources, Ends ends, AllEnded all_ended)
    : target_(std::move(target)),
      sources_(std::move(sources)),
      ends_(std::move(ends)),
      all_ended_(std::move(all_ended)) {
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
            [this] { note([](State &state) { state.restart = true; }); },
            [this] {
                const std::lock_guard lock(mutex_);
                return state_.stopping;
            }};
}

void Recorder::run() {
    if (!target_.event)  // who makes clips looks for all of them at once
        finish_left_behind();
    Next next = Next::Again;
    while (next != Next::Stop) {
        const Sources sources = wait_for_sources();
        if (sources.empty())
            break;
        next = record(sources);
        if (next == Next::Retry)
            wait_to_retry();
        else if (next == Next::GiveUp)
            discard();
    }
    discard();
}

// There was no time to write it.
void Recorder::discard() {
    for (const Source &source : sources_())
        discard_queue(source);
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
        const unsigned ends = ends_();
        const bool settled = all(sources, is_settled);
        const bool ended = all(sources, has_ended);
        sources = ready(sources);
        if (ended && sources.empty())
            tell_end(ends);
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

// `ends` is from before it was looked whether all have: another since then is told when all have again.
void Recorder::tell_end(unsigned ends) {
    patience_ = {};
    if (ends > told_ends_ && ends == ends_())
        all_ended_(told_ends_ = ends);
}

bool Recorder::has_late_track(const Writer &writer) {
    const Sources sources = ready(sources_());
    return std::any_of(sources.begin(), sources.end(),
                       [&](const Source &source) { return !writer.takes(source.track.get()); });
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
        if (patience_.is_over(sources_(), rtspcore::monotonic_now()))
            return give_up();
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
    ask_for_key_frame();
    const bool no_key_will_come = has_lost_video(writer);
    writer.wind_up(no_key_will_come);
    if (wait_for_end(no_key_will_come ? kWaitForEnd : kWaitForKey))
        return Next::Again;
    writer.wind_up(true);
    if (!wait_for_end(kWaitForEnd))
        GST_WARNING("the disk did not take what was queued in time");
    return Next::Again;
}

// The element has ended the queues: what is in them is still written, behind new caps by a writer of its own.
Recorder::Next Recorder::stop_writing() {
    const auto now = std::chrono::steady_clock::now();
    if (!stop_by_)
        stop_by_ = now + kWaitForEnd;
    if (wait_for_end(std::chrono::duration_cast<milliseconds>(*stop_by_ - now)))
        return has_failed() || ready(sources_()).empty() ? Next::Stop : Next::Again;
    GST_WARNING("the disk did not take what was queued in time");
    return Next::Stop;
}

Recorder::Next Recorder::give_up() {
    GST_WARNING("the disk did not take what was queued when all streams ended");
    return Next::GiveUp;
}

bool Recorder::wait_for_end(milliseconds bound) {
    std::unique_lock lock(mutex_);
    return noted_.wait_for(lock, bound, [&] { return state_.ended || !state_.failure.empty(); });
}

bool Recorder::has_failed() {
    const std::lock_guard lock(mutex_);
    return !state_.failure.empty();
}

void Recorder::ask_for_key_frame() {
    for (const Source &source : sources_())
        if (source.track->is_video())
            source.track->ask_for_key();
}

// Meanwhile the queues keep what is newest.
void Recorder::wait_to_retry() {
    for (const Source &source : sources_())
        source.queue->hurry(GopQueue::Haste::Outage, true);
    std::unique_lock lock(mutex_);
    noted_.wait_for(lock, kRetry, [&] { return state_.stopping; });
    const bool stopping = state_.stopping;
    lock.unlock();
    const Sources sources = sources_();
    const bool over = stopping || all(sources, has_ended);
    for (const Source &source : sources)
        if (over)
            discard_queue(source);
        else
            source.queue->hurry(GopQueue::Haste::Outage, false);
    if (!over)
        ask_for_key_frame();
}

}  // namespace recordsink

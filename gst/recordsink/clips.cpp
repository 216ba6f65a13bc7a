// SPDX-License-Identifier: LGPL-2.1-or-later
#include "clips.h"

#include <algorithm>

#include "base/wall_offset.h"
#include "log.h"
#include "recovery.h"

namespace recordsink {

using rtspcore::Time;
using std::chrono::seconds;

namespace {

constexpr RunningTime kSecond = 1'000'000'000;
constexpr RunningTime kMillisecond = 1'000'000;
// Beyond that the time stamps are not those of the clock.
constexpr RunningTime kMostLag = 10 * kSecond;
// For what is still on its way when a clip ends.
constexpr seconds kGrace{2};

}  // namespace

Clips::Clips(Writer::Target target, ClipLocation location, Owner owner)
    : target_(std::move(target)), location_(std::move(location)), owner_(std::move(owner)) {
    recent_.set_bounds({target_.settings.pre_event_bytes, target_.settings.pre_event * kSecond});
    thread_ = std::thread([this] { run(); });
}

Clips::~Clips() {
    stop();
}

void Clips::request_stop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    noted_.notify_all();
}

void Clips::stop() {
    request_stop();
    if (thread_.joinable())
        thread_.join();
}

void Clips::changed() {
    const std::lock_guard lock(mutex_);
    changed_ = true;
    noted_.notify_all();
}

Clips::Level Clips::level() {
    const std::lock_guard lock(mutex_);
    return {clips_.size(), recent_.bytes()};
}

// What happens now is stamped with the clock's time, and comes a little later; unless the stamps are none of the
// clock's, but go on as it does. How far they are off was seen when the newest came: since then there may be a pause.
Clips::Moment Clips::moment() const {
    Moment moment;
    const auto newest = recent_.now();
    const auto clock = owner_.now();
    if (newest)
        moment.now = *newest;
    if (!is_live_ || !clock)
        return moment;
    moment.is_paced = true;
    moment.now.time = *clock;
    if (!newest) {
        moment.now.capture_offset = rtspcore::wall_offset([&] { return owner_.now().value_or(*clock); }).count();
        return moment;
    }
    RunningTime off = newest->came.value_or(*clock) - newest->time;
    if (std::abs(off) > kMostLag)
        moment.now.time -= std::exchange(off, 0);
    const RunningTime behind = moment.now.time - newest->time;
    moment.lag = std::max<RunningTime>(behind > kMostLag ? off : behind, 0);
    return moment;
}

Clips::Clip *Clips::find_open(const std::string &id) const {
    const auto found = std::find_if(clips_.begin(), clips_.end(),
                                    [&](const ClipRef &clip) { return clip->event->id == id && !clip->closing; });
    return found == clips_.end() ? nullptr : found->get();
}

void Clips::add_source(Clip &clip, const std::shared_ptr<Track> &track) const {
    const std::vector<Unit> units = recent_.from(track.get(), clip.start);
    GopQueue::Bounds bounds{target_.settings.queue_bytes, target_.settings.queue_duration * kMillisecond};
    for (const Unit &unit : units)
        bounds.bytes += unit.bytes;
    if (!units.empty())
        bounds.duration += units.back().time - units.front().time;
    auto queue = std::make_shared<GopQueue>();
    queue->set_bounds(bounds);
    queue->hurry(GopQueue::Haste::Flush, flushing_.contains(track.get()));
    queue->hurry(GopQueue::Haste::Stop, let_go_);
    for (const Unit &unit : units)
        (void)queue->push(unit, false);
    clip.sources.push_back({track, std::move(queue), clip.event});
}

bool Clips::start_event(const std::string &id, unsigned post) {
    const Tracks tracks = owner_.tracks();
    const std::lock_guard lock(mutex_);
    if (stopping_)
        return false;
    if (Clip *clip = find_open(id)) {
        clip->end.reset();
        clip->deadline = Time::max();
        clip->post = post;
        return true;
    }
    if (clips_.size() >= kMost)
        return false;
    const Moment moment = this->moment();
    auto clip = std::make_shared<Clip>();
    clip->event = std::make_shared<Event>(id, moment.now.time + moment.now.capture_offset);
    clip->post = post;
    clip->start = recent_.start_for(moment.now.time - target_.settings.pre_event * kSecond);
    for (const auto &track : tracks)
        add_source(*clip, track);
    clips_.push_back(std::move(clip));
    noted_.notify_all();
    return true;
}

bool Clips::stop_event(const std::string &id) {
    const std::lock_guard lock(mutex_);
    Clip *clip = find_open(id);
    if (!clip || stopping_)
        return false;
    const Moment moment = this->moment();
    clip->end = moment.now.time + clip->post * kSecond;
    if (moment.is_paced)
        clip->deadline =
            rtspcore::monotonic_now() + seconds(clip->post) + std::chrono::nanoseconds(moment.lag) + kGrace;
    noted_.notify_all();
    return true;
}

void Clips::take(const Track &track, const Unit &unit, bool wait) {
    Sources takers;
    const auto now = wait ? std::nullopt : owner_.now();
    {
        const std::lock_guard lock(mutex_);
        is_live_ = !wait;
        recent_.add(&track, track.is_video(), unit, now);
        for (const ClipRef &clip : clips_)
            for (const Source &source : clip->sources) {
                if (source.track.get() != &track || source.queue->ended())
                    continue;
                if (!clip->end || unit.time < *clip->end) {
                    takers.push_back(source);
                    continue;
                }
                source.queue->end();
                clip->closing = true;
                clip->deadline = std::min(clip->deadline, rtspcore::monotonic_now() + kGrace);
                noted_.notify_all();
            }
    }
    for (const Source &source : takers)
        source.tell(source.queue->push(unit, wait));
}

void Clips::forget(const Track &track) {
    const std::lock_guard lock(mutex_);
    recent_.forget(&track);
}

void Clips::set_flushing(const Track &track, bool flushing) {
    const std::lock_guard lock(mutex_);
    if (flushing)
        flushing_.insert(&track);
    else
        flushing_.erase(&track);
    hurry(&track, GopQueue::Haste::Flush, flushing);
}

void Clips::let_go() {
    const std::lock_guard lock(mutex_);
    let_go_ = true;
    hurry(nullptr, GopQueue::Haste::Stop, true);
}

// Null: those of all tracks.
void Clips::hurry(const Track *track, GopQueue::Haste reason, bool on) {
    for (const ClipRef &clip : clips_)
        for (const Source &source : clip->sources)
            if (!track || source.track.get() == track)
                source.queue->hurry(reason, on);
}

void Clips::run() {
    const Recovered recovered = recover(location_.any(), target_.settings.format, target_.index);
    if (target_.aftercare)
        target_.aftercare->start(recovered.entries);
    while (true) {
        look_after_sources();
        end_overdue();
        start_recorders();
        reap();
        tell_end();
        {
            const std::lock_guard lock(mutex_);
            if (stopping_)
                break;
        }
        wait();
    }
    end_all();
}

void Clips::wait() {
    std::unique_lock lock(mutex_);
    auto deadline = Time::max();
    for (const ClipRef &clip : clips_)
        deadline = std::min(deadline, clip->deadline);
    const auto needed = [&] {
        return stopping_ || changed_ || std::any_of(clips_.begin(), clips_.end(), [&](const ClipRef &clip) {
                   return !clip->recorder || clip->finished || clip->deadline < deadline;
               });
    };
    if (deadline == Time::max())
        noted_.wait(lock, needed);
    else
        noted_.wait_until(lock, deadline, needed);
}

bool Clips::has(const ClipRef &clip, const Track *track) const {
    return std::any_of(clip->sources.begin(), clip->sources.end(),
                       [&](const Source &source) { return source.track.get() == track; });
}

// Those of tracks that came since, and of those that have ended.
void Clips::look_after_sources() {
    const Tracks tracks = owner_.tracks();
    std::vector<Recorder *> told;
    {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(changed_, false))
            return;
        const bool all_ended =
            std::all_of(tracks.begin(), tracks.end(), [](const auto &track) { return track->queue().ended(); });
        for (const ClipRef &clip : clips_) {
            if (all_ended && !clip->closing)
                clip->event->end_reason = "end";  // before the last file can have ended
            for (const auto &track : tracks)
                if (!clip->closing && !has(clip, track.get()))
                    add_source(*clip, track);
            for (const Source &source : clip->sources)
                if (source.track->queue().ended())
                    source.queue->end();
                else if (!clip->closing)
                    source.queue->begin_again();
            if (clip->recorder)
                told.push_back(clip->recorder.get());
        }
    }
    for (Recorder *recorder : told)
        recorder->changed();
}

void Clips::end_sources(Clip &clip) {
    clip.closing = true;
    clip.deadline = Time::max();
    clip.finished = clip.finished || clip.sources.empty();  // no recorder would ever tell
    for (const Source &source : clip.sources)
        source.queue->end();
}

void Clips::end_overdue() {
    std::vector<Recorder *> told;
    {
        const std::lock_guard lock(mutex_);
        const Time now = rtspcore::monotonic_now();
        for (const ClipRef &clip : clips_)
            if (clip->deadline <= now) {
                end_sources(*clip);
                if (clip->recorder)
                    told.push_back(clip->recorder.get());
            }
    }
    for (Recorder *recorder : told)
        recorder->changed();
}

Sources Clips::sources_of(const Clip &clip) {
    const std::lock_guard lock(mutex_);
    return clip.sources;
}

void Clips::note_finished(Clip &clip) {
    const std::lock_guard lock(mutex_);
    clip.finished = true;
    noted_.notify_all();
}

void Clips::start_recorders() {
    std::vector<ClipRef> fresh;
    {
        const std::lock_guard lock(mutex_);
        std::copy_if(clips_.begin(), clips_.end(), std::back_inserter(fresh),
                     [](const ClipRef &clip) { return !clip->recorder; });
    }
    for (const ClipRef &clip : fresh) {
        Writer::Target target = target_;
        target.location = location_.of(clip->event->id);
        target.event = clip->event;
        auto recorder = std::make_unique<Recorder>(
            std::move(target), [this, clip = clip.get()] { return sources_of(*clip); }, [] { return 1U; },
            [this, clip = clip.get()](unsigned) { note_finished(*clip); });
        const std::lock_guard lock(mutex_);
        clip->recorder = std::move(recorder);
    }
}

// Their recorders have nothing more to do, so this waits for nothing.
void Clips::reap() {
    std::vector<ClipRef> finished;
    const std::lock_guard lock(mutex_);
    const auto first =
        std::stable_partition(clips_.begin(), clips_.end(), [](const ClipRef &clip) { return !clip->finished; });
    std::move(first, clips_.end(), std::back_inserter(finished));
    clips_.erase(first, clips_.end());
}

void Clips::tell_end() {
    const unsigned ends = owner_.ends();
    const Tracks tracks = owner_.tracks();
    const bool ended = !tracks.empty() && std::all_of(tracks.begin(), tracks.end(),
                                                      [](const auto &track) { return track->queue().ended(); });
    if (!ended || ends <= told_ends_ || ends != owner_.ends())
        return;
    {
        const std::lock_guard lock(mutex_);
        if (!clips_.empty())
            return;
    }
    owner_.all_ended(told_ends_ = ends);
}

void Clips::end_all() {
    std::vector<ClipRef> clips;
    {
        const std::lock_guard lock(mutex_);
        clips.swap(clips_);
        recent_.clear();
        for (const ClipRef &clip : clips) {
            if (!clip->closing)
                clip->event->end_reason = "stop";
            end_sources(*clip);
        }
    }
    for (const ClipRef &clip : clips)
        if (clip->recorder)
            clip->recorder->request_stop();
    for (const ClipRef &clip : clips)
        clip->recorder.reset();
}

}  // namespace recordsink

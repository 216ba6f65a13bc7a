// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gop_queue.h"

#include <algorithm>
#include <utility>

namespace recordsink {

using rtspcore::Ref;

namespace {

// Between two files, if no file is ever finished.
constexpr size_t kMostHoles = 1000;

// Time stamps are rounded.
constexpr RunningTime kTouching = 1'000'000;

void add_to(Hole &hole, const Unit &unit) {
    hole.start = hole.units == 0 ? unit.time : std::min(hole.start, unit.time);
    hole.end = std::max(hole.end, unit.time + unit.duration);
    hole.units++;
    hole.bytes += unit.bytes;
}

bool is_touching(const Hole &before, const Hole &after) {
    return after.start >= before.start && after.start <= before.end + kTouching;
}

}  // namespace

void GopQueue::set_bounds(Bounds bounds) {
    const std::lock_guard lock(mutex_);
    bounds_ = bounds;
}

bool GopQueue::full() const {
    return level_.bytes > bounds_.bytes ||
           (!units_.empty() && units_.back().time - units_.front().time > bounds_.duration);
}

void GopQueue::drop_front(Hole &hole) {
    add_to(hole, units_.front());
    level_.bytes -= units_.front().bytes;
    units_.pop_front();
}

// The oldest unit, and those that depend on it.
void GopQueue::drop_gop(Hole &hole) {
    do
        drop_front(hole);
    while (!units_.empty() && !units_.front().key);
    wants_key_ |= units_.empty();
}

std::optional<Hole> GopQueue::counted(const Hole &hole) {
    if (hole.units == 0)
        return std::nullopt;
    count(hole);
    return hole;
}

void GopQueue::count(const Hole &hole) {
    level_.dropped_units += hole.units;
    level_.dropped_bytes += hole.bytes;
    level_.dropped_duration += hole.end - hole.start;
    level_.holes++;
    hole_times_.push_back(hole.start);
    if (hole_times_.size() > kMostHoles)
        hole_times_.pop_front();
}

std::optional<Hole> GopQueue::push(Unit unit, bool wait) {
    std::unique_lock lock(mutex_);
    if (wait)
        changed_.wait(lock, [&] { return flushing_ || haste_ != 0 || units_.empty() || !full(); });
    if (flushing_)
        return std::nullopt;
    Hole hole;
    std::optional<Hole> jump;
    if (unit.jumped_from) {
        jump = Hole{*unit.jumped_from, std::max(*unit.jumped_from, unit.time), 0, 0};
        count(*jump);
    }
    // What comes before a first key frame is no hole: nobody misses it.
    if (!wants_key_ || unit.key)
        append(std::move(unit));
    else if (newest_)
        add_to(hole, unit);
    while ((!wait || haste_ != 0) && full() && !units_.empty())
        drop_gop(hole);
    changed_.notify_all();
    const auto told = go_on(hole);
    return told ? told : jump;
}

// What is dropped one by one is one hole: sound, and what depends on a key frame that is gone.
std::optional<Hole> GopQueue::go_on(const Hole &hole) {
    if (hole.units == 0)
        return std::exchange(open_hole_, std::nullopt);
    if (open_hole_ && is_touching(*open_hole_, hole)) {
        level_.dropped_units += hole.units;
        level_.dropped_bytes += hole.bytes;
        level_.dropped_duration += std::max<RunningTime>(hole.end - open_hole_->end, 0);
        open_hole_ = Hole{open_hole_->start, std::max(open_hole_->end, hole.end), open_hole_->units + hole.units,
                          open_hole_->bytes + hole.bytes};
        return std::nullopt;
    }
    count(hole);
    if (!open_hole_ && !wants_key_ && hole.units > 1)
        return hole;
    return std::exchange(open_hole_, hole);
}

std::optional<Hole> GopQueue::close_hole() {
    const std::lock_guard lock(mutex_);
    return std::exchange(open_hole_, std::nullopt);
}

bool GopQueue::asks_for_key() {
    const std::lock_guard lock(mutex_);
    return wants_key_ && !std::exchange(key_asked_, true);
}

void GopQueue::append(Unit unit) {
    level_.bytes += unit.bytes;
    units_.push_back(std::move(unit));
    wants_key_ = key_asked_ = false;
    newest_ = units_.back().time;
    newest_came_ = rtspcore::monotonic_now();
}

void GopQueue::end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
}

void GopQueue::begin_again() {
    const std::lock_guard lock(mutex_);
    if (!ended_)
        return;
    ended_ = false;
    wants_key_ = true;
}

void GopQueue::flush(bool flushing) {
    const std::lock_guard lock(mutex_);
    units_.clear();
    level_.bytes = 0;
    flushing_ = flushing;
    open_hole_.reset();
    wants_key_ = true;
    key_asked_ = false;
    newest_.reset();
    newest_came_ = rtspcore::monotonic_now();
    if (!flushing)
        ended_ = false;
    changed_.notify_all();
}

std::optional<Hole> GopQueue::discard() {
    const std::lock_guard lock(mutex_);
    Hole hole;
    while (!units_.empty())
        drop_gop(hole);
    return counted(hole);
}

void GopQueue::add_lost(const Hole &hole) {
    const std::lock_guard lock(mutex_);
    (void)counted(hole);
}

void GopQueue::hurry(Haste reason, bool on) {
    const std::lock_guard lock(mutex_);
    const auto bit = static_cast<uint8_t>(reason);
    haste_ = static_cast<uint8_t>(on ? haste_ | bit : haste_ & ~bit);
    changed_.notify_all();
}

GopQueue::Outcome GopQueue::take(const GstCaps *caps, Unit &unit, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [&] { return taking_ == Taking::No || !units_.empty() || ended_; }))
        return Outcome::Nothing;
    if (taking_ == Taking::No || (taking_ == Taking::UntilKey && !units_.empty() && units_.front().key))
        return Outcome::Stopped;
    if (units_.empty())
        return Outcome::End;
    if (units_.front().caps.get() != caps && !gst_caps_is_equal(units_.front().caps.get(), caps))
        return Outcome::NewCaps;
    unit = std::move(units_.front());
    units_.pop_front();
    level_.bytes -= unit.bytes;
    changed_.notify_all();
    return Outcome::Unit;
}

void GopQueue::stop_taking(bool now) {
    const std::lock_guard lock(mutex_);
    if (now || taking_ == Taking::Yes)
        taking_ = now ? Taking::No : Taking::UntilKey;
    changed_.notify_all();
}

std::optional<Hole> GopQueue::start_taking() {
    const std::lock_guard lock(mutex_);
    taking_ = Taking::Yes;
    Hole hole;
    if (units_.empty())
        wants_key_ = true;
    else if (!units_.front().key)
        drop_gop(hole);
    changed_.notify_all();
    return hole.units > 0 ? go_on(hole) : std::nullopt;
}

GopQueue::Level GopQueue::level() {
    const std::lock_guard lock(mutex_);
    Level level = level_;
    level.duration = units_.empty() ? 0 : units_.back().time - units_.front().time;
    return level;
}

uint64_t GopQueue::holes_until(RunningTime end) {
    const std::lock_guard lock(mutex_);
    const auto later =
        std::remove_if(hole_times_.begin(), hole_times_.end(), [&](RunningTime time) { return time < end; });
    const auto count = static_cast<uint64_t>(hole_times_.end() - later);
    hole_times_.erase(later, hole_times_.end());
    return count;
}

std::optional<RunningTime> GopQueue::newest() {
    const std::lock_guard lock(mutex_);
    return newest_;
}

bool GopQueue::is_idle(std::chrono::milliseconds period) {
    const std::lock_guard lock(mutex_);
    return units_.empty() && rtspcore::monotonic_now() - newest_came_ >= period;
}

bool GopQueue::ended() {
    const std::lock_guard lock(mutex_);
    return ended_;
}

Ref<GstCaps> GopQueue::front_caps() {
    const std::lock_guard lock(mutex_);
    return units_.empty() ? Ref<GstCaps>() : units_.front().caps;
}

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/cursor.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace rtspcore::media {

void TrackSelection::add(const Track &track) {
    selected |= bit(track.index());
    if (track.config().has_key_frames)
        dependent |= bit(track.index());
}

void TrackSelection::remove(uint8_t track) {
    selected &= ~bit(track);
    dependent &= ~bit(track);
}

std::optional<RingIndex> last_entry_point(const Ring &ring, const TrackSelection &selection) {
    std::optional<RingIndex> newest;
    for (uint64_t left = selection.dependent; left != 0; left &= left - 1)
        newest = std::max(newest, ring.last_entry_point(static_cast<uint8_t>(std::countr_zero(left))));
    return newest;
}

void Cursor::start(RingIndex position) {
    burst_ = {};
    burst_next_ = 0;
    running_ = 0;
    position_ = position;
}

void Cursor::start_anywhere(RingIndex position) {
    start(position);
    running_ = selection_.dependent;
}

void Cursor::start_with_burst(std::vector<TimedUnit> burst, RingIndex position) {
    start(position);
    send_first(std::move(burst));
}

void Cursor::drop_track(uint8_t track) {
    selection_.remove(track);
    running_ &= ~TrackSelection::bit(track);
    burst_.erase(burst_.begin(), burst_.begin() + static_cast<ptrdiff_t>(burst_next_));
    burst_next_ = 0;
    std::erase_if(burst_, [track](const TimedUnit &timed) { return timed.unit->track() == track; });
}

const SharedBatch *Cursor::peek(const Ring &ring, Time now) {
    if (in_burst())
        return &burst_[burst_next_].unit;
    if (position_ < ring.begin())
        fall_behind(ring);
    while (position_ < ring.end() && !too_slow_) {
        const SharedBatch &batch = ring.at(position_);
        if (config_->slow_viewers != SlowViewerPolicy::Lossless && is_behind(ring, *batch, now, 1)) {
            fall_behind(ring);
            continue;
        }
        const bool wanted = admits(ring, *batch, running_);
        const bool dropped = wanted && batch->is_droppable() && config_->slow_viewers == SlowViewerPolicy::Skip &&
                             is_behind(ring, *batch, now, 2);
        if (wanted && !dropped)
            return &batch;
        units_dropped_ += dropped ? 1 : 0;
        ++position_;
    }
    return nullptr;
}

SharedBatch Cursor::take(const Ring &ring, Time now) {
    const SharedBatch *next = peek(ring, now);
    if (!next)
        return nullptr;
    SharedBatch batch = in_burst() ? burst_[burst_next_].batch() : *next;
    if (!batch->is_rtcp())
        running_ |= TrackSelection::bit(batch->track());
    if (!in_burst())
        ++position_;
    else if (++burst_next_ == burst_.size())
        burst_ = {}, burst_next_ = 0;
    return batch;
}

std::optional<TimedUnit> Cursor::upcoming(const Ring &ring, uint8_t track) const {
    const auto is_of_track = [track](const SharedBatch &batch) { return !batch->is_rtcp() && batch->track() == track; };
    for (size_t i = burst_next_; i < burst_.size(); ++i)
        if (is_of_track(burst_[i].unit))
            return burst_[i];
    uint64_t running = running_after_burst();
    for (RingIndex index = std::max(position_, ring.begin()); index < ring.end(); ++index) {
        const SharedBatch &batch = ring.at(index);
        const bool is_sent = admits(ring, *batch, running);
        if (is_sent && is_of_track(batch))
            return batch;
        if (is_sent && !batch->is_rtcp())
            running |= TrackSelection::bit(batch->track());
    }
    return std::nullopt;
}

uint64_t Cursor::running_after_burst() const {
    uint64_t running = running_;
    for (size_t i = burst_next_; i < burst_.size(); ++i)
        if (burst_[i].unit->is_entry_point())
            running |= TrackSelection::bit(burst_[i].unit->track());
    return running;
}

bool Cursor::sends_any(uint8_t track) const {
    const uint64_t bit = TrackSelection::bit(track);
    if ((selection_.selected & bit) == 0)
        return false;
    if ((selection_.dependent & bit) != 0)
        return (running_after_burst() & bit) != 0;
    return selection_.dependent == 0 || running_after_burst() != 0;
}

bool Cursor::waits_for_key() const {
    return selection_.dependent != 0 && (running_after_burst() & selection_.dependent) == 0;
}

bool Cursor::admits(const Ring &ring, const PacketBatch &batch, uint64_t running) const {
    const uint64_t track = TrackSelection::bit(batch.track());
    if ((selection_.selected & track) == 0)
        return false;
    if (batch.is_rtcp())
        return true;
    if ((selection_.dependent & track) != 0)
        return (running & track) != 0 || batch.is_key();
    return selection_.dependent == 0 || running != 0 || is_silent(ring, batch.properties().made);
}

// A viewer with video that stalls has its sound.
bool Cursor::is_silent(const Ring &ring, Time when) const {
    for (uint64_t left = selection_.dependent; left != 0; left &= left - 1)
        if (!ring.is_silent(static_cast<uint8_t>(std::countr_zero(left)), when))
            return false;
    return true;
}

bool Cursor::is_behind(const Ring &ring, const PacketBatch &batch, Time now, int divisor) const {
    return now - batch.properties().made > config_->max_lag / divisor ||
           ring.bytes_from(position_) > config_->max_lag_bytes / static_cast<size_t>(divisor);
}

// To the newest place where a decoder can begin, or, when that is behind the viewer already, to the live edge to wait
// for the next.
void Cursor::fall_behind(const Ring &ring) {
    too_slow_ = config_->slow_viewers == SlowViewerPolicy::Disconnect;
    ++skips_;
    running_ = 0;
    const auto entry = last_entry_point(ring, selection_);
    const bool entry_is_ahead = entry && *entry > position_;
    if (entry_is_ahead)
        position_ = *entry;
    else
        position_ = ring.end();
}

}  // namespace rtspcore::media

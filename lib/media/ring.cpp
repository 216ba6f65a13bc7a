// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/ring.h"

#include <algorithm>
#include <utility>

namespace rtspcore::media {

void Ring::append(SharedBatch batch) {
    add(std::move(batch));
    trim();
}

void Ring::add(SharedBatch batch) {
    if (entries_.empty())
        known_from_ = batch->properties().made;
    OfTrack &track = tracks_[batch->track()];
    if (!batch->is_rtcp())
        track.newest_made = batch->properties().made;
    if (batch->is_entry_point())
        track.entry_points.push_back(end());
    const size_t footprint = batch->footprint();
    entries_.push_back({std::move(batch), bytes_appended_});
    bytes_appended_ += footprint;
}

void Ring::append_at(RingIndex index, SharedBatch batch) {
    if (index != end()) {
        entries_.clear();
        for (auto &[number, track] : tracks_)
            track.entry_points.clear();
        begin_ = index;
    }
    add(std::move(batch));
}

size_t Ring::bytes_from(RingIndex index) const {
    return index < end() ? bytes_appended_ - entries_[index - begin_].bytes_before : 0;
}

std::optional<RingIndex> Ring::last_entry_point() const {
    std::optional<RingIndex> newest;
    for (const auto &[number, track] : tracks_)
        newest = std::max(newest, last_entry_point(number));
    return newest;
}

std::optional<RingIndex> Ring::last_entry_point(uint8_t track) const {
    const auto found = tracks_.find(track);
    if (found == tracks_.end() || found->second.entry_points.empty())
        return std::nullopt;
    return found->second.entry_points.back();
}

std::optional<RingIndex> Ring::newest(uint8_t track) const {
    for (RingIndex index = end(); index-- > begin_;)
        if (!at(index)->is_rtcp() && at(index)->track() == track)
            return index;
    return std::nullopt;
}

bool Ring::is_silent(uint8_t track, Time when) const {
    const auto found = tracks_.find(track);
    const Time made = found != tracks_.end() ? found->second.newest_made : known_from_;
    return when - std::max(made, known_from_) > kStale;
}

RingSnapshot Ring::snapshot() const {
    RingSnapshot copy{begin_, {}};
    copy.batches.reserve(entries_.size());
    for (const Entry &entry : entries_)
        copy.batches.push_back(entry.batch);
    return copy;
}

// Keeps `duration` back from the newest batch, and from there back to the entry points that make it decodable.
void Ring::trim() {
    if (empty())
        return;
    const Time horizon = entries_.back().batch->properties().made - limits_.duration;
    const auto is_recent = [&](RingIndex index) { return at(index)->properties().made > horizon; };
    for (auto &[number, track] : tracks_)
        while (track.entry_points.size() > 1 && !is_recent(track.entry_points[1]))
            track.entry_points.pop_front();
    const RingIndex keep_from = oldest_needed();
    while (begin_ < keep_from && !is_recent(begin_))
        drop_front();
    while (bytes() > limits_.bytes && entries_.size() > 1)
        drop_front();
}

RingIndex Ring::oldest_needed() const {
    const Time now = entries_.back().batch->properties().made;
    RingIndex of_current = end();
    RingIndex of_all = end() - 1;
    for (const auto &[number, track] : tracks_) {
        if (track.entry_points.empty())
            continue;
        of_all = std::min(of_all, track.entry_points.front());
        if (now - track.newest_made <= kLongestPause)
            of_current = std::min(of_current, track.entry_points.front());
    }
    return of_current < end() ? of_current : of_all;
}

void Ring::drop_front() {
    auto &points = tracks_[entries_.front().batch->track()].entry_points;
    if (!points.empty() && points.front() == begin_)
        points.pop_front();
    entries_.pop_front();
    ++begin_;
}

}  // namespace rtspcore::media

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/ring.h"

#include <algorithm>
#include <utility>

namespace rtspcore::media {

void Ring::append(SharedBatch batch) {
    if (batch->is_entry_point())
        entry_points_.push_back(end());
    const size_t footprint = batch->footprint();
    entries_.push_back({std::move(batch), bytes_appended_});
    bytes_appended_ += footprint;
    trim();
}

void Ring::append_at(RingIndex index, SharedBatch batch) {
    if (index != end()) {
        entries_.clear();
        entry_points_.clear();
        begin_ = index;
    }
    append(std::move(batch));
}

size_t Ring::bytes_from(RingIndex index) const {
    return index < end() ? bytes_appended_ - entries_[index - begin_].bytes_before : 0;
}

std::optional<RingIndex> Ring::last_entry_point() const {
    if (entry_points_.empty())
        return std::nullopt;
    return entry_points_.back();
}

std::optional<RingIndex> Ring::last_entry_point(uint8_t track) const {
    const auto found = std::find_if(entry_points_.rbegin(), entry_points_.rend(),
                                    [&](RingIndex index) { return at(index)->track() == track; });
    if (found == entry_points_.rend())
        return std::nullopt;
    return *found;
}

std::optional<RingIndex> Ring::newest(uint8_t track) const {
    for (RingIndex index = end(); index-- > begin_;)
        if (!at(index)->is_rtcp() && at(index)->track() == track)
            return index;
    return std::nullopt;
}

RingSnapshot Ring::snapshot() const {
    RingSnapshot copy{begin_, {}};
    copy.batches.reserve(entries_.size());
    for (const Entry &entry : entries_)
        copy.batches.push_back(entry.batch);
    return copy;
}

// Keeps `duration` back from the newest batch, and from there back to the entry point that makes it decodable.
void Ring::trim() {
    const Time horizon = entries_.back().batch->properties().made - limits_.duration;
    const auto is_recent = [&](RingIndex index) { return at(index)->properties().made > horizon; };
    while (entry_points_.size() > 1 && !is_recent(entry_points_[1]))
        entry_points_.pop_front();
    const RingIndex keep_from = entry_points_.empty() ? end() - 1 : entry_points_.front();
    while (begin_ < keep_from && !is_recent(begin_))
        drop_front();
    while (bytes() > limits_.bytes && entries_.size() > 1)
        drop_front();
}

void Ring::drop_front() {
    if (!entry_points_.empty() && entry_points_.front() == begin_)
        entry_points_.pop_front();
    entries_.pop_front();
    ++begin_;
}

}  // namespace rtspcore::media

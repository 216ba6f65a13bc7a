// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recent_gops.h"

#include <algorithm>

namespace recordsink {

namespace {

RunningTime end_of(const Unit &unit) {
    return unit.time + unit.duration;
}

constexpr auto kHasPictures = [](const auto &entry) { return entry.second.is_video && !entry.second.gops.empty(); };

}  // namespace

void RecentGops::add(Key stream, bool is_video, Unit unit, std::optional<RunningTime> now) {
    Lane &lane = lanes_[stream];
    lane.is_video = is_video;
    if (lane.gops.empty() && !unit.key)
        return;
    lane.newest = {unit.time, unit.capture_offset, now};
    bytes_ += unit.bytes;
    if (unit.key)
        lane.gops.emplace_back();
    lane.gops.back().push_back(std::move(unit));
    trim();
}

void RecentGops::forget(Key stream) {
    const auto lane = lanes_.find(stream);
    if (lane == lanes_.end())
        return;
    while (!lane->second.gops.empty())
        drop_front(lane->second);
    lanes_.erase(lane);
}

void RecentGops::clear() {
    lanes_.clear();
    bytes_ = 0;
}

void RecentGops::drop_front(Lane &lane) {
    for (const Unit &unit : lane.gops.front())
        bytes_ -= unit.bytes;
    lane.gops.pop_front();
}

const RecentGops::Lane *RecentGops::video() const {
    const auto found = std::find_if(lanes_.begin(), lanes_.end(), kHasPictures);
    return found == lanes_.end() ? nullptr : &found->second;
}

RecentGops::Lane *RecentGops::video() {
    const auto found = std::find_if(lanes_.begin(), lanes_.end(), kHasPictures);
    return found == lanes_.end() ? nullptr : &found->second;
}

// The others keep what belongs to the pictures that are kept.
void RecentGops::trim_others(RunningTime before) {
    for (auto &[key, lane] : lanes_)
        while (!lane.is_video && !lane.gops.empty() && end_of(lane.gops.front().front()) <= before)
            drop_front(lane);
}

void RecentGops::trim() {
    while (Lane *lane = video()) {
        auto &gops = lane->gops;
        const bool aged = gops.size() > 1 && gops[1].front().time <= lane->newest.time - bounds_.duration;
        if (!aged && bytes_ <= bounds_.bytes)
            break;
        drop_front(*lane);
        if (!gops.empty())
            trim_others(gops.front().front().time);
    }
    const auto newest = now();
    if (newest && !video())
        trim_others(newest->time - bounds_.duration);
    // Without pictures, or when it is the others that are too much.
    for (auto &[key, lane] : lanes_)
        while (bytes_ > bounds_.bytes && !lane.gops.empty())
            drop_front(lane);
}

std::optional<RecentGops::Now> RecentGops::now() const {
    if (const Lane *lane = video())
        return lane->newest;
    std::optional<Now> newest;
    for (const auto &[key, lane] : lanes_)
        if (!lane.gops.empty() && (!newest || lane.newest.time > newest->time))
            newest = lane.newest;
    return newest;
}

RunningTime RecentGops::start_for(RunningTime wanted) const {
    const Lane *lane = video();
    if (!lane)
        return wanted;
    const auto after =
        std::find_if(lane->gops.begin(), lane->gops.end(), [&](const Gop &gop) { return gop.front().time > wanted; });
    return (after == lane->gops.begin() ? after : std::prev(after))->front().time;
}

std::vector<Unit> RecentGops::from(Key stream, RunningTime start) const {
    std::vector<Unit> units;
    const auto found = lanes_.find(stream);
    if (found == lanes_.end())
        return units;
    const Lane &lane = found->second;
    for (const Gop &gop : lane.gops)
        if (lane.is_video ? gop.front().time >= start : end_of(gop.front()) > start)
            units.insert(units.end(), gop.begin(), gop.end());
    return units;
}

}  // namespace recordsink

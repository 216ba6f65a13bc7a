// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/join.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace rtspcore::media {

namespace {

// RTP times wrap; differences within half the circle have a sign.
int32_t distance(rtp::RtpTime from, rtp::RtpTime to) {
    return static_cast<int32_t>(to - from);
}

// By how much wall-clock time moves when RTP time moves from `from` to `to`.
Duration duration(rtp::RtpTime from, rtp::RtpTime to, uint32_t clock_rate) {
    return Duration(int64_t{distance(from, to)} * 1'000'000'000 / clock_rate);
}

// The RTP time before which nothing is shown that is still to come: the newest, less what pictures of this track were
// reordered by, in the current GOP or in those before it.
rtp::RtpTime end_of_the_settled(const Ring &ring, uint8_t track, uint32_t clock_rate) {
    std::optional<rtp::RtpTime> newest;
    int32_t reorder = 0;
    for (RingIndex index = ring.begin(); index < ring.end(); ++index) {
        const PacketBatch &unit = *ring.at(index);
        if (unit.track() != track || unit.is_rtcp())
            continue;
        const rtp::RtpTime time = unit.properties().time;
        const int32_t late = newest ? distance(time, *newest) : 0;
        const bool clock_jumped = late > static_cast<int32_t>(clock_rate);
        if (late <= 0 || clock_jumped)
            newest = time;
        else
            reorder = std::max(reorder, late);
    }
    return newest.value_or(0) - static_cast<rtp::RtpTime>(reorder);
}

// The mapping of one track's RTP times for a burst. Times from `anchor` on stay; those before it, whatever lies between
// them, follow each other tick by tick and end at it: units of one time would be one picture, and times that take
// longer than the burst takes to arrive look to a jitter buffer like a sender whose clock runs fast (rtspsrc was then
// late by the length of the burst).
class Squeeze {
public:
    Squeeze(const std::vector<SharedBatch> &units, rtp::RtpTime anchor) : anchor_(anchor) {
        for (const SharedBatch &unit : units)
            if (const int32_t before = distance(unit->properties().time, anchor); before > 0)
                before_.push_back(before);
        std::sort(before_.begin(), before_.end());
        before_.erase(std::unique(before_.begin(), before_.end()), before_.end());
    }

    [[nodiscard]] rtp::RtpTime operator()(rtp::RtpTime time) const {
        const int32_t before = distance(time, anchor_);
        if (before <= 0)
            return time;
        const auto later = std::lower_bound(before_.begin(), before_.end(), before) - before_.begin();
        return anchor_ - static_cast<rtp::RtpTime>(std::min<int64_t>(before, later + 1));
    }

private:
    rtp::RtpTime anchor_;
    std::vector<int32_t> before_;  // how far the units' times are before the anchor, each once, the nearest first
};

std::vector<SharedBatch> units_from(const Ring &ring, RingIndex begin, uint8_t track) {
    std::vector<SharedBatch> units;
    for (RingIndex index = begin; index < ring.end(); ++index)
        if (ring.at(index)->track() == track && !ring.at(index)->is_rtcp())
            units.push_back(ring.at(index));
    return units;
}

std::vector<TimedUnit> squeezed(const std::vector<SharedBatch> &units, rtp::RtpTime anchor, uint32_t clock_rate) {
    const Squeeze squeeze(units, anchor);
    std::vector<TimedUnit> timed;
    timed.reserve(units.size());
    for (const SharedBatch &unit : units) {
        const rtp::RtpTime time = unit->properties().time;
        const rtp::RtpTime moved = squeeze(time);
        timed.emplace_back(unit, moved, duration(time, moved, clock_rate));
    }
    return timed;
}

std::vector<SharedBatch> newest_unit(const Ring &ring, uint8_t track) {
    const auto index = ring.newest(track);
    if (!index)
        return {};
    const SharedBatch &unit = ring.at(*index);
    if (ring.at(ring.end() - 1)->properties().made - unit->properties().made > Ring::kStale)
        return {};
    return {unit};
}

// Whether the ring has it, or has forgotten it. Otherwise it is still to come.
bool has_passed(const Ring &ring, const SharedBatch &batch) {
    if (ring.empty())
        return false;
    bool is_there = ring.at(ring.begin())->properties().made > batch->properties().made;
    for (RingIndex index = ring.begin(); index < ring.end() && !is_there; ++index)
        is_there = ring.at(index) == batch;
    return is_there;
}

}  // namespace

JoinKind choose_join(const Ring &ring, const TrackSelection &selection, const MountConfig &config,
                     bool encoder_answers) {
    const auto entry = last_entry_point(ring, selection);
    if (selection.dependent == 0)
        return ring.empty() ? JoinKind::Now : JoinKind::Burst;
    if (config.start_mode == StartMode::Now)
        return JoinKind::Now;
    if (!entry || config.start_mode == StartMode::KeyFrame)
        return JoinKind::KeyFrame;
    const Duration length = ring.at(ring.end() - 1)->properties().made - ring.at(*entry)->properties().made;
    const bool short_enough = length <= config.burst_max;
    if (config.start_mode == StartMode::Burst || short_enough || !encoder_answers)
        return JoinKind::Burst;
    return JoinKind::KeyFrame;
}

std::vector<TimedUnit> make_join_burst(const Ring &ring, const TrackSelection &selection,
                                       const std::vector<std::shared_ptr<Track>> &tracks, bool squeeze) {
    std::vector<TimedUnit> burst;
    std::vector<TimedUnit> others;
    for (const auto &track : tracks) {
        if (!selection.has(track->index()))
            continue;
        if (!track->config().has_key_frames) {
            const auto newest = newest_unit(ring, track->index());
            others.insert(others.end(), newest.begin(), newest.end());
            continue;
        }
        const auto entry = ring.last_entry_point(track->index());
        if (!entry)
            continue;
        const auto units = units_from(ring, *entry, track->index());
        const auto timed = squeeze ? squeezed(units, end_of_the_settled(ring, track->index(), track->clock_rate()),
                                              track->clock_rate())
                                   : std::vector<TimedUnit>(units.begin(), units.end());
        burst.insert(burst.end(), timed.begin(), timed.end());
    }
    burst.insert(burst.end(), others.begin(), others.end());
    return burst;
}

std::vector<TimedUnit> make_goodbyes(const Ring &ring, const std::vector<std::shared_ptr<Track>> &tracks) {
    std::vector<TimedUnit> goodbyes;
    for (const auto &track : tracks) {
        const SharedBatch goodbye = track->goodbye();
        if (goodbye && has_passed(ring, goodbye))
            goodbyes.emplace_back(goodbye);
    }
    return goodbyes;
}

}  // namespace rtspcore::media

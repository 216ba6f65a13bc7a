// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "event.h"
#include "track.h"

namespace recordsink {

// What a writer takes of a track: from the track's own queue, or from one that a clip has of it. A plain value.
struct Source {
    // The track's own.
    static Source of(const std::shared_ptr<Track> &track) {
        return {track, std::shared_ptr<GopQueue>(track, &track->queue()), nullptr};
    }

    std::shared_ptr<Track> track;
    std::shared_ptr<GopQueue> queue;
    std::shared_ptr<Event> event;  // of the clip, else null

    // Of what will be taken next; null before anything came.
    [[nodiscard]] rtspcore::Ref<GstCaps> caps() const {
        auto front = queue->front_caps();
        return front ? front : track->caps();
    }
    void tell(const std::optional<Hole> &hole) const { track->tell(hole, event ? event->id : std::string()); }
};

using Sources = std::vector<Source>;

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "media/mount.h"
#include "media/packet_batch.h"
#include "media/ring.h"
#include "media/timed_unit.h"

namespace rtspcore::media {

// Which tracks of a mount a viewer has set up; a bit per track index.
struct TrackSelection {
    uint64_t selected = 0;
    bool operator==(const TrackSelection &) const = default;

    uint64_t dependent = 0;  // those whose units depend on each other (TrackConfig::has_key_frames)

    static constexpr uint64_t bit(uint8_t track) { return uint64_t{1} << track; }
    [[nodiscard]] bool has(uint8_t track) const { return (selected & bit(track)) != 0; }
    void add(const Track &track);
    void remove(uint8_t track);
};

// The newest key unit of a dependent track that is selected, if the ring has one.
std::optional<RingIndex> last_entry_point(const Ring &ring, const TrackSelection &selection);

// The position of one viewer in the mirror of a mount: all that the engine keeps per viewer. It decides what the viewer
// is sent next, and what it is not sent when it falls behind (SlowViewerPolicy). Confined to the I/O thread of its
// viewer.
class Cursor {
public:
    Cursor(const MountConfig &config, TrackSelection selection) : config_(&config), selection_(selection) {}

    // Goes on at `position`: dependent tracks from their next key unit on, the others once one of those runs (never
    // audio first), or when of all those nothing comes.
    void start(RingIndex position);
    // The same, but with whatever comes next, key unit or not.
    void start_anywhere(RingIndex position);
    // Sends `burst`, which begins with a key unit, and goes on at `position`.
    void start_with_burst(std::vector<TimedUnit> burst, RingIndex position);

    // Sends these before what it goes on with. For who has just started.
    void send_first(std::vector<TimedUnit> batches) { burst_ = std::move(batches); }

    // That track too, from here on: from its next key unit if it is a dependent one.
    void add_track(const Track &track) { selection_.add(track); }
    // Nothing of that track from here on, what the burst still holds of it included.
    void drop_track(uint8_t track);

    // What the viewer is to be sent next, in the burst at another time perhaps; null when it has all there is. May move
    // forward past what it is not sent.
    const SharedBatch *peek(const Ring &ring, Time now);
    // The same, and goes on to the one after it: from here on the batch is the caller's to send whole.
    SharedBatch take(const Ring &ring, Time now);

    // The first unit of a track that is going to be sent, as far as it is known. Moves nothing.
    [[nodiscard]] std::optional<TimedUnit> upcoming(const Ring &ring, uint8_t track) const;

    // Whether the next unit of that track is sent whatever it is, because no key unit has to come first.
    [[nodiscard]] bool sends_any(uint8_t track) const;

    [[nodiscard]] bool in_burst() const { return burst_next_ < burst_.size(); }
    // A dependent track is selected, and none was begun since the start or the last skip, nor will be by the burst.
    [[nodiscard]] bool waits_for_key() const;
    // Fell behind under SlowViewerPolicy::Disconnect.
    [[nodiscard]] bool too_slow() const { return too_slow_; }
    [[nodiscard]] uint64_t units_dropped() const { return units_dropped_; }
    [[nodiscard]] uint64_t skips() const { return skips_; }

private:
    // Those that are running once the burst is sent.
    [[nodiscard]] uint64_t running_after_burst() const;
    // Whether it is sent, once the tracks `running` have begun.
    [[nodiscard]] bool admits(const Ring &ring, const PacketBatch &batch, uint64_t running) const;
    // Of no dependent track that is selected anything came lately.
    [[nodiscard]] bool is_silent(const Ring &ring, Time when) const;
    // How far behind the live edge `batch`, at position_, is: further than the given part of max_lag or max_lag_bytes.
    [[nodiscard]] bool is_behind(const Ring &ring, const PacketBatch &batch, Time now, int divisor) const;
    void fall_behind(const Ring &ring);

    const MountConfig *config_;
    TrackSelection selection_;
    uint64_t running_ = 0;  // tracks that have begun: dependent ones with their key unit
    std::vector<TimedUnit> burst_;
    size_t burst_next_ = 0;
    RingIndex position_ = 0;
    uint64_t units_dropped_ = 0;
    uint64_t skips_ = 0;
    bool too_slow_ = false;
};

}  // namespace rtspcore::media

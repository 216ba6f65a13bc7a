// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "media/cursor.h"
#include "support/rtp_units.h"

namespace rtspcore::test {

using namespace std::chrono_literals;

// Batches of a script, one per letter and 100 ms apart: key unit (I), unit (P) and droppable unit (b) of the video
// track 0, unit of the audio track 1 (a), key unit (J) and unit (Q) of the video track 2, RTCP of the tracks 0 (s) and
// 1 (r).
inline media::SharedBatch batch_of(char letter, std::chrono::milliseconds made) {
    switch (letter) {
        case 's':
        case 'r':
            return media::make_rtcp_batch(letter == 's' ? 0 : 1, std::vector<uint8_t>(8), at(made));
        case 'a':
            return make_batch({.track = 1, .made = made, .key = true, .dependent = false});
        case 'J':
        case 'Q':
            return make_batch({.track = 2, .made = made, .key = letter == 'J'});
        default:
            return make_batch({.made = made, .key = letter == 'I', .droppable = letter == 'b'});
    }
}

inline constexpr media::RingLimits kUnlimited{std::chrono::hours{1}, size_t{1} << 30};

class Script {
public:
    explicit Script(media::RingLimits limits = kUnlimited) : ring(limits) {}
    void play(std::string_view letters) {
        for (const char letter : letters) {
            ring.append(batch_of(letter, next_ * 100ms));
            letters_ += letter;
            ++next_;
        }
    }
    // When the newest batch was made, and later.
    [[nodiscard]] Time now(std::chrono::milliseconds later = 0ms) const { return at((next_ - 1) * 100ms + later); }

    // All that the cursor gives now: its letters where they stand in the script, '.' where nothing was given.
    std::string take_all(media::Cursor &cursor, Time when) {
        std::string given(letters_.size(), '.');
        while (const media::SharedBatch batch = cursor.take(ring, when)) {
            const auto place = static_cast<size_t>((batch->properties().made - kStart) / 100ms);
            given[place] = letters_[place];
        }
        return given;
    }

    media::Ring ring;

private:
    std::string letters_;
    int next_ = 0;
};

// By the letters of the script: "I" is track 0, "a" track 1, "J" track 2.
inline media::TrackSelection select(std::string_view tracks) {
    media::TrackSelection selection;
    for (const char track : tracks) {
        const auto bit = media::TrackSelection::bit(track == 'I' ? 0 : track == 'a' ? 1 : 2);
        selection.selected |= bit;
        selection.dependent |= track == 'a' ? 0 : bit;
    }
    return selection;
}

inline media::MountConfig config_of(media::SlowViewerPolicy policy = media::SlowViewerPolicy::Skip) {
    media::MountConfig config;
    config.slow_viewers = policy;
    config.max_lag = 1000ms;
    return config;
}

}  // namespace rtspcore::test

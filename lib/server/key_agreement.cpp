// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/key_agreement.h"

#include <algorithm>

#include "server/mount_mirror.h"

namespace rtspcore::server {

namespace {

// Receivers take a number for the nearest one to the last (RFC 3711 section 3.3.1).
bool can_be_followed(rtp::ExtendedSequence from, rtp::ExtendedSequence to) {
    constexpr rtp::ExtendedSequence kHalf = 0x8000;
    return to < from + kHalf && from < to + kHalf;
}

}  // namespace

bool keys_agree(Viewer &viewer, const media::KeyOffer &told) {
    if (!told.protection)
        return true;
    return std::ranges::all_of(viewer.session().streams(), [&](const auto &stream) {
        const auto track = static_cast<uint8_t>(stream.first);
        const auto next = viewer.cursor().upcoming(viewer.mirror().ring(), track);
        if (!next)
            return true;
        const auto &first = next->unit->properties();
        if (const auto &paused_at = stream.second.paused_at)
            return can_be_followed(*paused_at, first.first_sequence);
        const uint32_t expected = told.rollovers_of(track);
        return told.protection->track(track).rollovers(first.ssrc, first.first_sequence, expected) == expected;
    });
}

void note_pause(Viewer &viewer) {
    for (auto &[index, stream] : viewer.session().streams())
        if (const auto newest = viewer.mirror().ring().newest(static_cast<uint8_t>(index)))
            stream.paused_at = viewer.mirror().ring().at(*newest)->properties().first_sequence;
}

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/key_agreement.h"

#include <algorithm>

#include "server/mount_mirror.h"

namespace rtspcore::server {

bool keys_agree(Viewer &viewer, const media::KeyOffer &told) {
    if (!told.protection)
        return true;
    return std::ranges::all_of(viewer.session().streams(), [&](const auto &stream) {
        const auto track = static_cast<uint8_t>(stream.first);
        const auto next = viewer.cursor().upcoming(viewer.mirror().ring(), track);
        const auto rollovers = told.rollovers.find(track);
        const uint32_t expected = rollovers != told.rollovers.end() ? rollovers->second : 0;
        return !next ||
               told.protection->track(track).rollovers(next->unit->properties().ssrc,
                                                       next->unit->properties().first_sequence, expected) == expected;
    });
}

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/key_agreement.h"

#include <algorithm>

#include "server/mount_mirror.h"

namespace rtspcore::server {

bool keys_agree(Viewer &viewer, const media::KeyOffer &told) {
    if (!told.protection)
        return true;
    const media::Ring &ring = viewer.mirror().ring();
    return std::ranges::all_of(viewer.session().streams(), [&](const auto &stream) {
        const auto track = static_cast<uint8_t>(stream.first);
        const auto next = viewer.cursor().upcoming(ring, track);
        const auto newest = ring.newest(track);
        if (!next && !newest)
            return true;
        // What comes next is near to what came last.
        const auto &first = next ? next->unit->properties() : ring.at(*newest)->properties();
        return told.fits(track, {first.run, first.first_sequence}, first.ssrc);
    });
}

}  // namespace rtspcore::server

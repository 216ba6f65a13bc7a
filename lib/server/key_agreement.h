// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "media/mount_keys.h"
#include "server/viewer.h"

namespace rtspcore::server {

// Whether who was told these keys can decrypt what the viewer sends first: the rollover counter (RFC 3711 section
// 3.3.1) is what was told, or can be followed from where the client stands. It is not when a client takes so long to
// PLAY that the sequence numbers wrapped meanwhile.
bool keys_agree(Viewer &viewer, const media::KeyOffer &told);

}  // namespace rtspcore::server

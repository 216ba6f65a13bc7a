// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/clock.h"
#include "server/viewer.h"

namespace rtspcore::server {

// How a viewer begins (design: Join), whoever it stands for. On the viewer's I/O thread.

// Places its cursor. True when it is known what the viewer is sent first; false when that is still to come, for
// patience_of() at most, after which end_patience() makes the best of what there is.
bool start_viewer(Viewer &viewer, Time now);
[[nodiscard]] Duration patience_of(Viewer &viewer);
void end_patience(Viewer &viewer);

// Somebody joins what is under way already: asks for a key unit where who begins alone would.
void start_beside(Viewer &viewer, Time now);

}  // namespace rtspcore::server

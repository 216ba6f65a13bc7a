// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "mp4_box.h"

namespace recordsink {

// Of each Opus track in a `moov`: mp4mux (1.22) writes the numbers of `dOps` with their bytes swapped, so that players
// leave out the first 0.3 s of sound, as samples to skip. What is right already is left alone. Safe.
void mend_opus_headers(const Box &moov);

}  // namespace recordsink

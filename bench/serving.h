// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace bench {

// The contract of every server here with `run`: tells on standard output that it serves, then runs GLib's main loop
// until standard input is closed, so that no server outlives a comparison that was killed.
void serve_until_input_ends();

}  // namespace bench

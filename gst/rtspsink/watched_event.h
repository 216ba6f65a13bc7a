// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>

namespace rtspsink {

// The custom upstream event by which rtspsink tells whoever feeds a pad whether anybody watches it: a structure named
// `GstRtspWatched` with the fields `watched` (boolean) and `mapping` (string). Pure. Transfer full.
GstEvent *new_watched_event(bool watched, const std::string &mapping);

// Nothing for any other event.
std::optional<bool> watched_in(GstEvent *event);

}  // namespace rtspsink

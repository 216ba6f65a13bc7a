// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>

namespace rtspsink {

// Who watches a stream, as whoever feeds it is told. Plain values.
struct Watchers {
    unsigned viewers = 0;  // who play it, or wait to be told what it is
    std::string via;       // the proxies among them, and those behind these (RFC 2326 section 12.43)
    bool operator==(const Watchers &) const = default;
};

// The custom upstream event by which rtspsink tells whoever feeds a pad who watches it: a structure named
// `GstRtspWatched` with the fields `watched` (boolean), `viewers` (uint), `mapping` and `via` (string). Pure. Transfer
// full.
GstEvent *new_watched_event(const Watchers &watchers, const std::string &mapping);

// Nothing for any other event.
std::optional<Watchers> watchers_in(GstEvent *event);

}  // namespace rtspsink

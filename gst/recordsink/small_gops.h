// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <algorithm>
#include <limits>

#include "gop_queue.h"

namespace recordsink {

// splitmuxsink keeps a GOP until it is whole, so that a crash would cost the one that was coming in beside the fragment
// that was being filled. Here it is shown pictures that depend on others as the first ones of GOPs as well, and passes
// them on one by one; the muxer is told again what they are. Where files are cut is said by who feeds it.
//
// Confined to who feeds a stream, but for show_to().
class SmallGops {
public:
    // The muxer of the splitmuxsink, before it has pads.
    static void show_to(GstElement *muxer);

    // To be called for each unit on its way to splitmuxsink.
    void prepare(Unit &unit);
    // What is no unit begins a GOP as well.
    void note(RunningTime time) { latest_ = std::max(latest_, time); }
    // When the latest is shown that splitmuxsink takes for the first of a GOP.
    [[nodiscard]] RunningTime latest() const { return latest_; }

private:
    [[nodiscard]] bool can_begin(const Unit &unit);

    static constexpr RunningTime kNever = std::numeric_limits<RunningTime>::min();
    RunningTime latest_ = kNever;
    RunningTime before_key_ = kNever;  // latest_ when the latest key frame came that begins one
    bool until_key_ = false;           // none begins before the next key frame
};

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>

namespace rtspproxy {

// The right to add a pad, of which each pipeline has one: who holds it keeps other elements of the pipeline waiting.
// Pads come on a thread of each upstream, and what links them, gst-launch-1.0 for instance, looks for a sink pad that
// is free and then takes it, without a lock: two at once may find the same one, and one of them is never linked.
//
// It is waited for a second at most, as those who are told of a pad may do as they like meanwhile. Taken and given back
// by one thread, which may hold it more than once.
class PadTurn {
public:
    explicit PadTurn(GstElement *element);
    ~PadTurn();
    PadTurn(const PadTurn &) = delete;
    PadTurn &operator=(const PadTurn &) = delete;

private:
    struct Turns;

    const std::shared_ptr<Turns> turns_;
    const bool has_turn_;
};

}  // namespace rtspproxy

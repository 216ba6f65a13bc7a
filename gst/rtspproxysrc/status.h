// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>
#include <vector>

#include "base/clock.h"
#include "failure.h"
#include "reception.h"
#include "state.h"

namespace rtspproxy {

// How the element stands with its upstream. Plain values.
struct Status {
    State state = State::Stopped;
    Failure failure;            // why it is not playing, or did not last time
    std::string location;       // of the attempt that is, or was last; masked
    std::string transport;      // the same; as in the property `transports`
    std::string next_location;  // while it waits; masked
    unsigned attempts = 0;      // in vain, since media came last
    unsigned reconnects = 0;    // how often media came again
    rtspcore::Duration wait{};  // until the next attempt
};

// The same as a structure of that name, for messages and for the property `stats`. Transfer full.
GstStructure *to_structure(const char *name, const Status &status, const Reception::Totals &totals);

}  // namespace rtspproxy

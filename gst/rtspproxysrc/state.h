// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

namespace rtspproxy {

// What the element is doing about its upstream; the values are those that applications see.
enum class State : int {
    Stopped,     // not PLAYING yet
    Connecting,  // an attempt is under way
    Playing,     // media comes
    Waiting,     // for the next attempt
    Idle,        // nobody watches
    Failed,      // given up, as `on-failure` says
};
GType state_type();
const char *nick(State state);

// What it does when all locations have failed, one after the other; the values are those of the property.
enum class OnFailure : int { Retry, Error, Eos };
GType on_failure_type();

// What becomes of viewers behind while the stream is away; the values are those of the property.
enum class OnGap : int { Hold, Close };
GType on_gap_type();

// What its pads give; the values are those of the property.
enum class Mode : int { Rtp, Encoded };
GType mode_type();

}  // namespace rtspproxy

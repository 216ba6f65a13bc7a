// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

#include <string>
#include <string_view>

namespace rtspproxy {

// Why there is no stream. The values are those of the enum that applications see.
enum class Reason : int {
    None,
    Unreachable,     // no such host, port refused, no answer, or one that is no RTSP
    Unauthorized,    // 401, 403
    NotFound,        // 404, 410
    Untrusted,       // its certificate
    BadDescription,  // no SDP, no stream in it that could be had
    Refused,         // another answer that is no success; a transport that it does not offer
    NoData,          // nothing came in time
    Ended,           // closed by the other side
    Loop,            // 508: the stream comes from here
    Broken,          // everything else
};
GType reason_type();
// "unreachable"
const char *nick(Reason reason);

// Immutable. `text` tells people what happened and what to do, with failure_at() also where; never a password.
struct Failure {
    Reason reason = Reason::None;
    std::string text;
};

// What an error of rtspsrc means. `details` is its debug string, for what the code alone does not tell.
Failure failure_of(const GError &error, const char *details);
// The same, of that location.
Failure failure_at(std::string_view location, Failure failure);
Failure no_answer(unsigned milliseconds);
Failure no_data(unsigned milliseconds);
Failure ended();
Failure unauthorized();
Failure untrusted();
Failure no_transport();
Failure redirected_too_often();

// Whether another transport could do better.
bool may_be_the_transport(Reason reason);

}  // namespace rtspproxy

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "base/clock.h"
#include "rtsp/message.h"
#include "server/access/decisions.h"
#include "server/access/refusal.h"
#include "server/access/visitor.h"

namespace rtspcore::server {

// What a request comes to.
struct Answer {
    rtsp::Response response;
    // Done once the response is on its way: what must not overtake it, such as the first datagrams after PLAY.
    std::function<void()> afterwards;
    // The connection ends behind the response.
    bool closes = false;
};

// It cannot be answered yet.
struct ParkedRequest {
    enum class For : uint8_t {
        Mount,      // what is served changes
        FirstUnit,  // there is something to send to the viewer
        Decision,   // the application answers
        Penalty,    // time passes before it is refused: there were failures from its address
        Thread,     // the connection comes to the I/O thread that has the session
        Elsewhere,  // the connection goes to another server of this process, with the request
    };
    rtsp::Request request;
    For reason = For::Mount;
    Time deadline;        // then it is answered with what there is
    unsigned thread = 0;  // For::Thread: which one
    // Who was let in before it was parked, and is not asked again.
    std::optional<access::Visitor> visitor = {};
    std::shared_ptr<access::OpenQuestion> question = {};  // For::Decision
    std::optional<access::Refusal> refusal = {};          // For::Penalty
    std::shared_ptr<const void> want = {};                // For::Mount: keeps upstream told that somebody waits
};

using Outcome = std::variant<Answer, ParkedRequest>;

}  // namespace rtspcore::server

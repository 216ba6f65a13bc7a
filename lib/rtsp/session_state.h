// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "rtsp/message.h"

namespace rtspcore::rtsp {

// The server state machine of RFC 2326 appendix A.2, without RECORD. Pure.
enum class SessionState : uint8_t { Init, Ready, Playing };

// What a request addresses: the whole presentation, or one of its streams.
enum class Scope : uint8_t { Aggregate, Stream };

struct SessionSituation {
    SessionState state = SessionState::Init;
    unsigned streams = 0;           // how many are set up
    bool stream_is_set_up = false;  // whether the addressed one is among them (Scope::Stream only)
};

// What a request may do in a situation: either `refusal` says why not, or `next` is the state after it.
struct Transition {
    std::optional<Status> refusal;
    SessionState next = SessionState::Init;
    bool ends_session = false;  // TEARDOWN of everything, or of the last stream
};

// The table:
//   SETUP      needs Scope::Stream unless the presentation has one stream (the caller resolves that before); changing
//   the transport of a
//              stream while Playing is 455; a new stream while Playing is 455; else -> Ready
//   PLAY/PAUSE in Init: 455. Aggregate: Ready -> Playing / Playing -> Ready, repeats are answered again and change
//   nothing.
//              Scope::Stream with several streams set up: 460 (RFC 2326 section 10.5 leaves per-stream control to the
//              server; we play a presentation as one); with exactly one set up, and it is the addressed one, it counts
//              as aggregate; not set up: 455.
//   TEARDOWN   Aggregate: ends the session from any state. Scope::Stream: allowed in any state, removes the stream; the
//   last one ends the session;
//              a stream that is not set up: 455.
//   OPTIONS, DESCRIBE, GET_PARAMETER, SET_PARAMETER: any state, no change.
//   all others: 405 (ANNOUNCE, RECORD, REDIRECT), 501 (Unknown).
Transition transition(const SessionSituation &situation, Method method, Scope scope);

}  // namespace rtspcore::rtsp

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/session_state.h"

namespace rtspcore::rtsp {
namespace {

Transition refuse(const SessionSituation &situation, Status status) {
    return {.refusal = status, .next = situation.state};
}

Transition move_to(SessionState state) {
    return {.next = state};
}

// Why an operation on one stream cannot be had: RFC 2326 section 10.5 leaves it to the server, and we play a
// presentation as one.
std::optional<Status> stream_refusal(const SessionSituation &situation) {
    if (situation.streams > 1)
        return Status::OnlyAggregateOperationAllowed;
    if (!situation.stream_is_set_up)
        return Status::MethodNotValidInThisState;
    return std::nullopt;
}

Transition set_up(const SessionSituation &situation, Scope scope) {
    if (scope == Scope::Aggregate)
        return refuse(situation, Status::AggregateOperationNotAllowed);
    if (situation.state == SessionState::Playing)
        return refuse(situation, Status::MethodNotValidInThisState);
    return move_to(SessionState::Ready);
}

Transition play_or_pause(const SessionSituation &situation, Scope scope, SessionState next) {
    if (situation.state == SessionState::Init)
        return refuse(situation, Status::MethodNotValidInThisState);
    if (scope == Scope::Stream)
        if (const auto status = stream_refusal(situation))
            return refuse(situation, *status);
    return move_to(next);
}

Transition tear_down(const SessionSituation &situation, Scope scope) {
    if (scope == Scope::Stream && !situation.stream_is_set_up)
        return refuse(situation, Status::MethodNotValidInThisState);
    if (scope == Scope::Aggregate || situation.streams <= 1)
        return {.next = SessionState::Init, .ends_session = true};
    return move_to(situation.state);
}

}  // namespace

Transition transition(const SessionSituation &situation, Method method, Scope scope) {
    switch (method) {
        case Method::Setup:
            return set_up(situation, scope);
        case Method::Play:
            return play_or_pause(situation, scope, SessionState::Playing);
        case Method::Pause:
            return play_or_pause(situation, scope, SessionState::Ready);
        case Method::Teardown:
            return tear_down(situation, scope);
        case Method::Options:
        case Method::Describe:
        case Method::GetParameter:
        case Method::SetParameter:
            return move_to(situation.state);
        case Method::Announce:
        case Method::Record:
        case Method::Redirect:
            return refuse(situation, Status::MethodNotAllowed);
        case Method::Unknown:
            break;
    }
    return refuse(situation, Status::NotImplemented);
}

}  // namespace rtspcore::rtsp

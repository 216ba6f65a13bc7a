// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "rtsp/session_state.h"
#include "support/check_suite.h"

using namespace rtspcore;
using rtsp::Method;
using rtsp::Scope;
using rtsp::SessionState;

namespace {

// The columns: what is addressed, and how many streams are set up.
struct Column {
    const char *name;
    Scope scope;
    unsigned streams;
    bool stream_is_set_up;
};

const Column kColumns[] = {
    {"all of one", Scope::Aggregate, 1, false},        {"all of two", Scope::Aggregate, 2, false},
    {"the only stream", Scope::Stream, 1, true},       {"one of two", Scope::Stream, 2, true},
    {"another than the one", Scope::Stream, 1, false}, {"another than the two", Scope::Stream, 2, false},
};

// What comes of it: a state ("I", "R", "P"), "end", or the status of a refusal.
struct Row {
    Method method;
    SessionState state;
    const char *outcome[std::size(kColumns)];
};

constexpr auto kInit = SessionState::Init;
constexpr auto kReady = SessionState::Ready;
constexpr auto kPlaying = SessionState::Playing;

// In Init nothing is set up: the columns are aggregate, aggregate, and streams that are not set up.
const Row kTable[] = {
    {Method::Setup, kInit, {"459", "459", "R", "R", "R", "R"}},
    {Method::Setup, kReady, {"459", "459", "R", "R", "R", "R"}},
    {Method::Setup, kPlaying, {"459", "459", "455", "455", "455", "455"}},

    {Method::Play, kInit, {"455", "455", "455", "455", "455", "455"}},
    {Method::Play, kReady, {"P", "P", "P", "460", "455", "460"}},
    {Method::Play, kPlaying, {"P", "P", "P", "460", "455", "460"}},

    {Method::Pause, kInit, {"455", "455", "455", "455", "455", "455"}},
    {Method::Pause, kReady, {"R", "R", "R", "460", "455", "460"}},
    {Method::Pause, kPlaying, {"R", "R", "R", "460", "455", "460"}},

    {Method::Teardown, kInit, {"end", "end", "455", "455", "455", "455"}},
    {Method::Teardown, kReady, {"end", "end", "end", "R", "455", "455"}},
    {Method::Teardown, kPlaying, {"end", "end", "end", "P", "455", "455"}},

    {Method::Options, kInit, {"I", "I", "I", "I", "I", "I"}},
    {Method::Options, kReady, {"R", "R", "R", "R", "R", "R"}},
    {Method::Options, kPlaying, {"P", "P", "P", "P", "P", "P"}},

    {Method::Describe, kInit, {"I", "I", "I", "I", "I", "I"}},
    {Method::Describe, kReady, {"R", "R", "R", "R", "R", "R"}},
    {Method::Describe, kPlaying, {"P", "P", "P", "P", "P", "P"}},

    {Method::GetParameter, kInit, {"I", "I", "I", "I", "I", "I"}},
    {Method::GetParameter, kReady, {"R", "R", "R", "R", "R", "R"}},
    {Method::GetParameter, kPlaying, {"P", "P", "P", "P", "P", "P"}},

    {Method::SetParameter, kInit, {"I", "I", "I", "I", "I", "I"}},
    {Method::SetParameter, kReady, {"R", "R", "R", "R", "R", "R"}},
    {Method::SetParameter, kPlaying, {"P", "P", "P", "P", "P", "P"}},

    {Method::Announce, kInit, {"405", "405", "405", "405", "405", "405"}},
    {Method::Announce, kReady, {"405", "405", "405", "405", "405", "405"}},
    {Method::Announce, kPlaying, {"405", "405", "405", "405", "405", "405"}},

    {Method::Record, kInit, {"405", "405", "405", "405", "405", "405"}},
    {Method::Record, kReady, {"405", "405", "405", "405", "405", "405"}},
    {Method::Record, kPlaying, {"405", "405", "405", "405", "405", "405"}},

    {Method::Redirect, kInit, {"405", "405", "405", "405", "405", "405"}},
    {Method::Redirect, kReady, {"405", "405", "405", "405", "405", "405"}},
    {Method::Redirect, kPlaying, {"405", "405", "405", "405", "405", "405"}},

    {Method::Unknown, kInit, {"501", "501", "501", "501", "501", "501"}},
    {Method::Unknown, kReady, {"501", "501", "501", "501", "501", "501"}},
    {Method::Unknown, kPlaying, {"501", "501", "501", "501", "501", "501"}},
};

const char *letter(SessionState state) {
    constexpr const char *kLetters[] = {"I", "R", "P"};
    return kLetters[static_cast<size_t>(state)];
}

std::string outcome(const rtsp::Transition &transition) {
    if (transition.refusal)
        return std::to_string(static_cast<int>(*transition.refusal));
    return transition.ends_session ? "end" : letter(transition.next);
}

rtsp::SessionSituation situation(SessionState state, const Column &column) {
    const bool is_init = state == SessionState::Init;
    return {state, is_init ? 0 : column.streams, !is_init && column.stream_is_set_up};
}

}  // namespace

START_TEST(test_session_state_every_method_in_every_state_as_in_the_table) {
    for (const Row &row : kTable) {
        for (size_t i = 0; i < std::size(kColumns); ++i) {
            const auto result = transition(situation(row.state, kColumns[i]), row.method, kColumns[i].scope);
            ck_assert_msg(outcome(result) == row.outcome[i], "%s in %s, %s: expected %s, came %s",
                          std::string(rtsp::method_name(row.method)).c_str(), letter(row.state), kColumns[i].name,
                          row.outcome[i], outcome(result).c_str());
        }
    }
}
END_TEST

START_TEST(test_session_state_table_is_complete) {
    constexpr size_t kMethods = static_cast<size_t>(Method::Unknown) + 1;
    bool seen[kMethods][3] = {};
    for (const Row &row : kTable)
        seen[static_cast<size_t>(row.method)][static_cast<size_t>(row.state)] = true;
    for (const auto &states : seen)
        for (const bool is_there : states)
            ck_assert(is_there);
}
END_TEST

START_TEST(test_session_state_refusal_changes_nothing) {
    for (const Row &row : kTable) {
        for (const Column &column : kColumns) {
            const auto result = transition(situation(row.state, column), row.method, column.scope);
            if (result.refusal)
                ck_assert(result.next == row.state && !result.ends_session);
        }
    }
}
END_TEST

int main() {
    return test::run_suite("session_state",
                           {test_session_state_every_method_in_every_state_as_in_the_table,
                            test_session_state_table_is_complete, test_session_state_refusal_changes_nothing});
}

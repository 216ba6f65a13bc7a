// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtspproxysrc/outage_notice.h"
#include "support/check_suite.h"

using namespace rtspproxy;
using rtspcore::Time;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr Time kBegin{seconds(1000)};

Status waiting(Reason reason, milliseconds wait = milliseconds(100)) {
    Status status;
    status.state = State::Waiting;
    status.failure.reason = reason;
    status.wait = wait;
    return status;
}

Status in(State state) {
    Status status = waiting(Reason::Ended);
    status.state = state;
    return status;
}

}  // namespace

START_TEST(test_outage_notice_comes_once_an_outage_and_when_its_reason_changes) {
    const struct {
        Status status;
        seconds at;
        bool is_due;
    } cases[] = {
        {in(State::Connecting), seconds(0), false},        {waiting(Reason::Unreachable), seconds(0), true},
        {waiting(Reason::Unreachable), seconds(1), false}, {waiting(Reason::Unreachable), seconds(100), false},
        {in(State::Connecting), seconds(101), false},      {waiting(Reason::Unauthorized), seconds(102), true},
        {waiting(Reason::NotFound), seconds(103), false},  // too soon
        {waiting(Reason::NotFound), seconds(113), true},   {in(State::Playing), seconds(200), false},
        {waiting(Reason::NotFound), seconds(201), true},   {in(State::Playing), seconds(202), false},
        {waiting(Reason::Ended), seconds(203), false},  // too soon
        {waiting(Reason::Ended), seconds(212), true},      {in(State::Stopped), seconds(213), false},
        {waiting(Reason::Ended), seconds(214), true},  // another start
    };
    OutageNotice notice;
    for (const auto &[status, at, is_due] : cases)
        ck_assert_msg(notice.is_due(status, kBegin + at) == is_due, "after %lld s", static_cast<long long>(at.count()));
}
END_TEST

START_TEST(test_outage_notice_is_not_for_what_is_no_outage) {
    for (const Status &status :
         {waiting(Reason::Ended, milliseconds(0)), in(State::Idle), in(State::Failed), in(State::Playing)}) {
        OutageNotice notice;
        ck_assert(!notice.is_due(status, kBegin));
    }
}
END_TEST

int main() {
    return rtspcore::test::run_suite("outage_notice",
                                     {test_outage_notice_comes_once_an_outage_and_when_its_reason_changes,
                                      test_outage_notice_is_not_for_what_is_no_outage});
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <poll.h>

#include <memory>

#include "server/access/decisions.h"
#include "support/check_suite.h"

using namespace rtspcore;
using server::access::Decision;
using server::access::Decisions;

namespace {

bool is_readable(const Decisions &decisions) {
    pollfd entry{decisions.fd(), POLLIN, 0};
    return poll(&entry, 1, 0) == 1;
}

}  // namespace

START_TEST(test_decision_that_comes_wakes_who_asked) {
    const auto decisions = std::make_shared<Decisions>();
    const auto question = decisions->open(7);
    ck_assert(!question->answer().has_value());
    ck_assert(!is_readable(*decisions));
    ck_assert(question->decision().answer(true));
    ck_assert(!question->decision().answer(false));
    ck_assert(is_readable(*decisions));
    const auto answered = decisions->take_answered();
    ck_assert(answered.size() == 1 && answered[0] == 7);
    ck_assert(!is_readable(*decisions));
    ck_assert_msg(question->answer() == true, "the first answer counts");
}
END_TEST

START_TEST(test_decision_that_comes_too_late_changes_nothing) {
    auto decisions = std::make_shared<Decisions>();
    auto question = decisions->open(7);
    const Decision decision = question->decision();
    question.reset();
    ck_assert(!decision.answer(true));
    ck_assert(decisions->take_answered().empty());
    decisions.reset();
    decision.answer(true);
}
END_TEST

int main() {
    return test::run_suite("decisions", {
                                            test_decision_that_comes_wakes_who_asked,
                                            test_decision_that_comes_too_late_changes_nothing,
                                        });
}

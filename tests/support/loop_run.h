// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <check.h>

#include <chrono>
#include <functional>
#include <utility>

#include "base/event_loop.h"

namespace rtspcore::test {

// Runs the loop until `is_done` holds, which is looked at after every millisecond; running into the deadline fails the
// test.
class LoopRun {
public:
    LoopRun(EventLoop &loop, std::function<bool()> is_done) : loop_(loop), is_done_(std::move(is_done)) {
        look();
        loop_.run();
        ck_assert_msg(!late_, "what the test waits for did not come by its deadline");
    }

private:
    static constexpr std::chrono::seconds kDeadline{10};

    void look() {
        late_ = monotonic_now() > deadline_;
        if (late_ || is_done_())
            loop_.quit();
        else
            loop_.start_timer(loop_.now() + std::chrono::milliseconds{1}, [this] { look(); });
    }

    EventLoop &loop_;
    std::function<bool()> is_done_;
    const Time deadline_ = monotonic_now() + kDeadline;
    bool late_ = false;
};

}  // namespace rtspcore::test

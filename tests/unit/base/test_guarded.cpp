// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "support/check_suite.h"

using namespace rtspcore;
using namespace std::chrono_literals;

namespace {

START_TEST(test_data_starts_as_given) {
    Guarded<int> zeroed;
    ck_assert_int_eq(*zeroed.lock(), 0);
    Guarded<std::string> named(std::string("/test"));
    ck_assert_str_eq(named.lock()->c_str(), "/test");
}
END_TEST

START_TEST(test_threads_take_turns) {
    constexpr int kThreads = 4;
    constexpr int kRounds = 20000;
    Guarded<int> counter;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < kRounds; ++round)
                ++*counter.lock();
        });
    for (std::thread &thread : threads)
        thread.join();
    ck_assert_int_eq(*counter.lock(), kThreads * kRounds);
}
END_TEST

START_TEST(test_unlock_lets_others_in_before_the_access_dies) {
    Guarded<int> data;
    auto access = data.lock();
    access.unlock();
    auto other = std::async(std::launch::async, [&] { *data.lock() = 1; });
    const bool entered = other.wait_for(10s) == std::future_status::ready;
    ck_assert_msg(entered, "the lock is still held");
    ck_assert_int_eq(*data.lock(), 1);
}
END_TEST

}  // namespace

int main() {
    return test::run_suite("guarded", {test_data_starts_as_given, test_threads_take_turns,
                                       test_unlock_lets_others_in_before_the_access_dies});
}

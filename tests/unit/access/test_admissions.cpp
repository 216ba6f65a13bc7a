// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <vector>

#include "server/access/admissions.h"
#include "support/check_suite.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using server::access::Admission;
using server::access::Admissions;

namespace {

const net::SocketAddress kPeer = *net::SocketAddress::parse("192.0.2.1", 5000);
const net::SocketAddress kOther = *net::SocketAddress::parse("192.0.2.2", 5000);

}  // namespace

START_TEST(test_admissions_of_a_host_are_limited_while_they_last) {
    const auto admissions = std::make_shared<Admissions>();
    std::vector<std::shared_ptr<Admission>> held;
    for (int i = 0; i < 3; ++i)
        held.push_back(admissions->admit(kPeer.with_port(static_cast<uint16_t>(1000 + i)), 3));
    ck_assert(held.back() != nullptr);
    ck_assert(admissions->admit(kPeer, 3) == nullptr);
    ck_assert(admissions->admit(kOther, 3) != nullptr);
    held.pop_back();
    ck_assert(admissions->admit(kPeer, 3) != nullptr);
    ck_assert(admissions->admit(kPeer, 0) != nullptr);
}
END_TEST

START_TEST(test_admissions_count_strangers_until_they_prove_who_they_are) {
    const auto admissions = std::make_shared<Admissions>();
    auto first = admissions->admit(kPeer, 0);
    auto second = admissions->admit(kPeer, 0);
    ck_assert_uint_eq(admissions->strangers(), 2);
    first->prove();
    first->prove();
    ck_assert_uint_eq(admissions->strangers(), 1);
    first.reset();
    ck_assert_uint_eq(admissions->strangers(), 1);
    second.reset();
    ck_assert_uint_eq(admissions->strangers(), 0);
}
END_TEST

START_TEST(test_admission_limits_requests) {
    const auto admissions = std::make_shared<Admissions>();
    const auto admission = admissions->admit(kPeer, 0);
    Time now{1000s};
    for (int i = 0; i < 20; ++i)
        ck_assert_msg(admission->may_ask(10, now), "twice as many at once: %d", i);
    ck_assert(!admission->may_ask(10, now));
    ck_assert(admission->may_ask(10, now + 100ms));
    ck_assert(!admission->may_ask(10, now + 100ms));
    ck_assert(admission->may_ask(0, now + 100ms));
}
END_TEST

int main() {
    return test::run_suite("admissions", {
                                             test_admissions_of_a_host_are_limited_while_they_last,
                                             test_admissions_count_strangers_until_they_prove_who_they_are,
                                             test_admission_limits_requests,
                                         });
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <set>
#include <string>

#include "server/access/nonces.h"
#include "support/check_suite.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using server::access::Nonces;

namespace {

using Use = Nonces::Use;

constexpr Time kNow{1000s};
const net::SocketAddress kPeer = *net::SocketAddress::parse("192.0.2.1", 5000);

}  // namespace

START_TEST(test_nonce_is_good_for_its_host_and_its_lifetime) {
    Nonces nonces(60s);
    const std::string nonce = nonces.issue(kPeer, kNow);
    ck_assert(nonces.use(nonce, 0, kPeer, kNow) == Use::Good);
    ck_assert(nonces.use(nonce, 0, kPeer.with_port(7), kNow + 60s) == Use::Good);
    ck_assert(nonces.use(nonce, 0, kPeer, kNow + 61s) == Use::Stale);
    ck_assert(nonces.use(nonce, 0, *net::SocketAddress::parse("192.0.2.2", 5000), kNow) == Use::Stale);
}
END_TEST

START_TEST(test_nonce_that_is_not_ours_is_stale) {
    Nonces nonces(60s);
    Nonces others(60s);
    const std::string nonce = nonces.issue(kPeer, kNow);
    for (size_t i = 0; i < nonce.size(); ++i) {
        std::string changed = nonce;
        changed[i] = changed[i] == '0' ? '1' : '0';
        ck_assert_msg(nonces.use(changed, 1, kPeer, kNow) == Use::Stale, "%s", changed.c_str());
    }
    for (const std::string &foreign : {others.issue(kPeer, kNow), std::string(), nonce.substr(0, 32), nonce + "0"})
        ck_assert_msg(nonces.use(foreign, 1, kPeer, kNow) == Use::Stale, "%s", foreign.c_str());
}
END_TEST

START_TEST(test_nonce_count_has_to_grow) {
    Nonces nonces(60s);
    const std::string nonce = nonces.issue(kPeer, kNow);
    ck_assert(nonces.use(nonce, 1, kPeer, kNow) == Use::Good);
    ck_assert(nonces.use(nonce, 1, kPeer, kNow) == Use::Replayed);
    ck_assert(nonces.use(nonce, 2, kPeer, kNow) == Use::Good);
    ck_assert(nonces.use(nonce, 9, kPeer, kNow) == Use::Good);
    ck_assert(nonces.use(nonce, 3, kPeer, kNow) == Use::Replayed);
    ck_assert_msg(nonces.use(nonce, 0, kPeer, kNow) == Use::Replayed, "nor can the count be left out");
}
END_TEST

START_TEST(test_nonces_that_had_to_be_forgotten_are_stale) {
    Nonces nonces(3600s);
    const std::string first = nonces.issue(kPeer, kNow);
    ck_assert(nonces.use(first, 1, kPeer, kNow) == Use::Good);
    const std::string unused = nonces.issue(kPeer, kNow - 1ms);
    for (size_t i = 0; i < Nonces::kRemembered; ++i)
        ck_assert(nonces.use(nonces.issue(kPeer, kNow + 1ms * (i + 1)), 1, kPeer, kNow + 10s) == Use::Good);
    ck_assert(nonces.use(first, 1, kPeer, kNow + 10s) == Use::Stale);
    ck_assert(nonces.use(first, 2, kPeer, kNow + 10s) == Use::Stale);
    ck_assert(nonces.use(unused, 1, kPeer, kNow + 10s) == Use::Stale);
    ck_assert(nonces.use(nonces.issue(kPeer, kNow + 10s), 1, kPeer, kNow + 10s) == Use::Good);
}
END_TEST

START_TEST(test_nonces_all_differ) {
    Nonces nonces(60s);
    std::set<std::string> issued;
    for (int i = 0; i < 1000; ++i)
        ck_assert(issued.insert(nonces.issue(kPeer, kNow)).second);
}
END_TEST

int main() {
    return test::run_suite("nonces", {
                                         test_nonce_is_good_for_its_host_and_its_lifetime,
                                         test_nonce_that_is_not_ours_is_stale,
                                         test_nonce_count_has_to_grow,
                                         test_nonces_that_had_to_be_forgotten_are_stale,
                                         test_nonces_all_differ,
                                     });
}

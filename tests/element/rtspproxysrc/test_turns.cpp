// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <memory>
#include <vector>

#include "element/suite.h"
#include "noting_server.h"
#include "proxy.h"
#include "support/deadline.h"

using namespace rtspsink::test;
using rtspcore::test::eventually;
using std::chrono::milliseconds;

namespace {

constexpr size_t kCount = 20;
// 20 ms between two; half of it, for a machine that notes the first ones late.
constexpr milliseconds kSpread{(kCount - 1) * 20 / 2};

void assert_spread(NotingServer &server) {
    ck_assert(eventually([&] { return server.times().size() >= kCount; }));
    const auto times = server.times();
    const auto [first, last] = std::minmax_element(times.begin(), times.begin() + kCount);
    ck_assert_msg(*last - *first >= kSpread, "%lld ms",
                  static_cast<long long>(std::chrono::duration_cast<milliseconds>(*last - *first).count()));
}

}  // namespace

START_TEST(test_those_of_a_process_connect_one_after_the_other_at_first_and_again) {
    NotingServer server;
    std::vector<std::unique_ptr<Proxy>> proxies;
    for (size_t i = 0; i < kCount; ++i) {
        proxies.push_back(std::make_unique<Proxy>(proxy_line(server.url())));
        gst_element_set_state(proxies.back()->pipeline(), GST_STATE_PAUSED);
    }
    for (auto &proxy : proxies)
        proxy->play();
    assert_spread(server);
    server.drop();
    assert_spread(server);
}
END_TEST

int main(int argc, char **argv) {
    return run_element_suite(argc, argv, "proxy_turns",
                             {test_those_of_a_process_connect_one_after_the_other_at_first_and_again});
}

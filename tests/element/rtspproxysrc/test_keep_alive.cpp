// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>

#include "camera.h"
#include "element/suite.h"
#include "one_stream.h"
#include "packet_log.h"
#include "proxy.h"
#include "support/deadline.h"

using namespace rtspsink::test;
using rtspcore::test::eventually;

START_TEST(test_a_session_is_kept_alive_without_loss) {
    for (const char *transport : {"tcp", "udp"}) {
        Camera camera;
        Proxy proxy(proxy_line(camera.url(), std::string("timeout=1000 transports=") + transport));
        PacketLog log(proxy.pad_of("out"));
        proxy.play();
        proxy.wait_for("playing");
        ck_assert(log.wait_for(20));
        const auto before = camera.requests();
        ck_assert(eventually([&] { return camera.requests() >= before + 2; }, std::chrono::seconds(30)));
        ck_assert(log.wait_for(log.packets().size() + 20));
        assert_one_stream(log.packets());
        ck_assert_uint_eq(proxy.statistic("reconnects"), 0);
    }
}
END_TEST

int main(int argc, char **argv) {
    return run_element_suite(argc, argv, "proxy_keep_alive", {test_a_session_is_kept_alive_without_loss});
}

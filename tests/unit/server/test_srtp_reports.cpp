// SPDX-License-Identifier: LGPL-2.1-or-later
#include <vector>

#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/secure_server.h"
#include "support/secure_viewer.h"

using namespace rtspcore;
using test::EarlyServer;
using test::eventually;
using test::kSrtpWays;
using test::receiver_report;
using test::SecureServer;
using test::SecureViewer;
using Bytes = std::vector<uint8_t>;

namespace {

uint64_t lost(SecureServer &server) {
    return server.live.mount->statistics().packets_lost.load();
}

uint64_t dropped(SecureServer &server) {
    return server.live.server->statistics().rtcp_dropped.load();
}

}  // namespace

START_TEST(test_reports_count_when_they_are_sealed) {
    for (const auto &way : kSrtpWays) {
        EarlyServer server;
        SecureViewer viewer(server.live.port(), way);
        SecureViewer stranger(server.live.port(), way);
        viewer.describe();
        viewer.set_up();
        viewer.play();
        const Bytes good = viewer.sealed(receiver_report(5));
        Bytes changed = viewer.sealed(receiver_report(6));
        changed[15] ^= 1;
        viewer.send_rtcp(0, receiver_report(7));
        viewer.send_rtcp(0, changed);
        viewer.send_rtcp(0, stranger.sealed(receiver_report(8)));
        ck_assert_msg(eventually([&] { return dropped(server) == 3; }), "%s", way.name);
        viewer.send_rtcp(0, good);
        viewer.send_rtcp(0, good);
        const uint64_t expected = way.speaks ? 5 : 0;
        ck_assert_msg(eventually([&] { return dropped(server) == (way.speaks ? 4U : 5U); }),
                      "%s: a repetition is dropped", way.name);
        ck_assert_msg(lost(server) == expected, "%s: %u lost", way.name, static_cast<unsigned>(lost(server)));
    }
}
END_TEST

// What was said before is not heard again, whether SETUP tells the same key again or none.
START_TEST(test_stream_set_up_anew_remembers_what_it_heard) {
    EarlyServer server;
    SecureViewer viewer(server.live.port(), kSrtpWays[0]);
    viewer.describe();
    viewer.set_up();
    viewer.play();
    const Bytes report = viewer.sealed(receiver_report(5));
    viewer.send_rtcp(0, report);
    ck_assert(eventually([&] { return lost(server) == 5; }));
    ck_assert_int_eq(viewer.ask("PAUSE").status, 200);
    viewer.set_up();
    viewer.play();
    viewer.send_rtcp(0, report);
    ck_assert(eventually([&] { return dropped(server) == 1; }));
    viewer.send_rtcp(0, viewer.sealed(receiver_report(9)));
    ck_assert_msg(eventually([&] { return lost(server) >= 9; }), "the key is still good");
}
END_TEST

// Whoever else sends from the viewer's host must not take its reports away.
START_TEST(test_report_has_to_prove_whose_it_is_before_its_port_is_learnt) {
    EarlyServer server;
    SecureViewer viewer(server.live.port(), kSrtpWays[1]);
    viewer.describe();
    viewer.set_up();
    viewer.play();
    test::DatagramSocket elsewhere;
    const auto to = viewer.server_rtcp(0);
    elsewhere.send(to, receiver_report(7));
    elsewhere.send(to, {});
    ck_assert(eventually([&] { return dropped(server) == 2; }));
    elsewhere.send(to, viewer.sealed(receiver_report(5)));
    ck_assert(eventually([&] { return lost(server) == 5; }));
    ck_assert_msg(viewer.next_rtcp(0)[1] == test::kSenderReport, "so far they go where SETUP said");
    server.live.server->mounts().remove(&server.live, "/test");
    const auto goodbye = elsewhere.receive();
    ck_assert_msg(goodbye && !viewer.decoder(0).rtcp(goodbye->bytes).empty(), "from here on they go to where it is");
}
END_TEST

START_TEST(test_report_in_the_clear_moves_nothing) {
    EarlyServer server;
    SecureViewer viewer(server.live.port(), kSrtpWays[1]);
    viewer.describe();
    viewer.set_up();
    viewer.play();
    test::DatagramSocket elsewhere;
    elsewhere.send(viewer.server_rtcp(0), receiver_report(7));
    ck_assert(eventually([&] { return dropped(server) == 1; }));
    (void)viewer.next_rtcp(0);
    server.live.server->mounts().remove(&server.live, "/test");
    ck_assert_msg(!viewer.next_rtcp(0).empty(), "the goodbye");
    ck_assert(elsewhere.is_empty());
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "srtp_reports",
        {test_reports_count_when_they_are_sealed, test_stream_set_up_anew_remembers_what_it_heard,
         test_report_has_to_prove_whose_it_is_before_its_port_is_learnt, test_report_in_the_clear_moves_nothing});
}

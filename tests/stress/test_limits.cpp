// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include <chrono>
#include <string>
#include <thread>

#include "server/server.h"
#include "support/check_suite.h"
#include "support/load/rtsp_dialogue.h"
#include "support/rtp_units.h"
#include "support/tracks.h"

using namespace rtspcore;
using namespace rtspcore::test;
using media::Mount;
using server::Server;
using server::ServerConfig;

namespace {

constexpr unsigned kLimit = 50;
const int kOwner = 1;

// A server with one thread that serves /test and holds at most kLimit sessions.
struct Served {
    Served() {
        ServerConfig config;
        config.address = "127.0.0.1";
        config.port = 0;
        config.io_threads = 1;
        config.max_connections = kLimit;
        server = std::move(Server::open(config)).value();
        const auto mount = Mount::create("/test", {});
        const auto track = mount->add_track(video_config());
        ck_assert(server->mounts().add(&kOwner, mount, true).ok());
        track->publish(make_batch({.key = true}));
    }

    [[nodiscard]] uint64_t sessions() const { return server->statistics().sessions.load(); }

    std::shared_ptr<Server> server;
};

// Sets up over UDP and leaves; whether it was let.
bool abandon_session(uint16_t port) {
    RtspDialogue client(port, "/test", Transport::Udp);
    return client.connect() && client.describe() && client.set_up();
}

}  // namespace

START_TEST(test_limits_abandoned_sessions_make_room_for_others) {
    const Served served;
    for (unsigned i = 0; i < 4 * kLimit; ++i) {
        ck_assert_msg(abandon_session(served.server->port()), "client %u", i);
        ck_assert_uint_le(served.sessions(), kLimit);
    }
    RtspDialogue viewer(served.server->port(), "/test", Transport::Tcp);
    ck_assert_msg(viewer.begin(), "refused with %d", viewer.refusal());
}
END_TEST

START_TEST(test_limits_viewers_are_not_pushed_out_by_abandoned_sessions) {
    const Served served;
    RtspDialogue viewer(served.server->port(), "/test", Transport::Udp);
    ck_assert(viewer.begin());
    for (unsigned i = 0; i < 2 * kLimit; ++i)
        ck_assert_msg(abandon_session(served.server->port()), "client %u", i);
    const auto reply = viewer.ask("GET_PARAMETER", viewer.url(), "");
    ck_assert(reply && reply->status == 200);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return run_suite("limits", {test_limits_abandoned_sessions_make_room_for_others,
                                test_limits_viewers_are_not_pushed_out_by_abandoned_sessions});
}

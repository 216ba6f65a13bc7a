// SPDX-License-Identifier: LGPL-2.1-or-later
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <utility>

#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/playing.h"
#include "support/udp_client.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using test::LiveServer;
using test::Playing;
using test::RtspPeer;
using test::UdpClient;

// A processor that is busy with something else keeps the I/O thread from its work for longer than the ring holds.
START_TEST(test_mirror_that_gets_it_late_costs_no_viewer_anything) {
    constexpr unsigned kPictures = 10;
    media::MountConfig forgetful;
    forgetful.max_lag = 1h;
    forgetful.ring.duration = 0ms;
    std::promise<void> release;
    std::atomic<bool> is_held{false};
    LiveServer live(test::local_config(), forgetful);
    auto config = test::audio_config();
    config.watched = [&is_held, released = release.get_future().share()](unsigned viewers, uint64_t) {
        if (viewers != 3)
            return;
        is_held = true;
        released.wait();
    };
    const auto sound = live.mount->add_track(std::move(config));
    live.key_unit();
    RtspPeer over_tcp = live.connect();
    test::play_tcp(over_tcp, 1);
    UdpClient over_udp(live);
    uint16_t over_tcp_last = over_tcp.rtp_frame().sequence();
    const auto first_datagram = over_udp.pairs[0].rtp.receive();
    ck_assert(first_datagram.has_value());
    uint16_t over_udp_last = rtp::load_u16(first_datagram->bytes, 2);

    Playing third(live, false, 1);
    third.ask();
    ck_assert(test::eventually([&] { return is_held.load(); }));
    for (unsigned i = 0; i < kPictures; ++i)
        i % 2 == 0 ? live.picture() : live.key_unit();
    release.set_value();
    for (unsigned i = 0; i < kPictures; ++i) {
        ck_assert_uint_eq(over_tcp.rtp_frame().sequence(), ++over_tcp_last);
        const auto datagram = over_udp.pairs[0].rtp.receive();
        ck_assert(datagram.has_value());
        ck_assert_uint_eq(rtp::load_u16(datagram->bytes, 2), ++over_udp_last);
    }
    third.await_answer();
    ck_assert_uint_eq(live.mount->statistics().skips, 0);
}
END_TEST

START_TEST(test_mirror_forgets_what_everybody_was_sent) {
    media::MountConfig forgetful;
    forgetful.ring.duration = 0ms;
    LiveServer live(test::local_config(), forgetful);
    live.key_unit();
    RtspPeer viewer = live.connect();
    test::play_tcp(viewer, 1);
    (void)viewer.rtp_frame();
    live.key_unit();
    const std::weak_ptr<const media::PacketBatch> sent = live.newest_video();
    (void)viewer.rtp_frame();
    ck_assert(!sent.expired());
    live.key_unit();
    (void)viewer.rtp_frame();
    ck_assert(test::eventually([&] { return sent.expired(); }));
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("mount_mirror", {test_mirror_that_gets_it_late_costs_no_viewer_anything,
                                            test_mirror_forgets_what_everybody_was_sent});
}

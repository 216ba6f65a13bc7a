// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "server/multicast_pool.h"
#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/tracks.h"

using namespace rtspcore;
using server::MulticastConfig;
using server::MulticastPool;
using server::PoolError;
using test::assert_text;

namespace {

MulticastConfig range(const char *min, const char *max, uint16_t port_min = 5000, uint16_t port_max = 5010) {
    return {.enabled = true, .ip_min = min, .ip_max = max, .port_min = port_min, .port_max = port_max};
}

// A mount with video (0) and audio (1).
struct Presentation {
    explicit Presentation(media::TrackConfig::FixedGroup group = {}) {
        auto config = test::video_config();
        config.group = std::move(group);
        video = mount->add_track(std::move(config));
        audio = mount->add_track(test::audio_config());
    }
    std::shared_ptr<media::Mount> mount = media::Mount::create("/test", {});
    std::shared_ptr<media::Track> video;
    std::shared_ptr<media::Track> audio;
};

std::string video_of(MulticastPool &pool, const Presentation &presentation) {
    const auto endpoint = pool.endpoint(presentation.mount, *presentation.video);
    return endpoint ? endpoint->to_string() : "none";
}

std::string audio_of(MulticastPool &pool, const Presentation &presentation) {
    const auto endpoint = pool.endpoint(presentation.mount, *presentation.audio);
    return endpoint ? endpoint->to_string() : "none";
}

}  // namespace

START_TEST(test_pool_gives_a_mount_one_group_with_a_pair_of_ports_per_track) {
    MulticastPool pool(range("239.255.0.1", "239.255.0.9"));
    const Presentation one;
    assert_text(video_of(pool, one), "239.255.0.1:5000");
    assert_text(audio_of(pool, one), "239.255.0.1:5002");
}
END_TEST

START_TEST(test_pool_tells_the_same_as_long_as_the_mount_lives) {
    MulticastPool pool(range("239.255.0.1", "239.255.0.9"));
    const Presentation one;
    const Presentation other;
    const std::string first = video_of(pool, one);
    (void)video_of(pool, other);
    assert_text(video_of(pool, one), first.c_str());
}
END_TEST

START_TEST(test_pool_gives_another_mount_another_group) {
    MulticastPool pool(range("239.255.0.1", "239.255.0.9"));
    const Presentation one;
    const Presentation other;
    (void)video_of(pool, one);
    assert_text(video_of(pool, other), "239.255.0.2:5000");
}
END_TEST

START_TEST(test_pool_has_mounts_share_a_group_when_there_are_too_few) {
    MulticastPool pool(range("239.255.0.1", "239.255.0.1"));
    const Presentation one;
    const Presentation other;
    (void)video_of(pool, one);
    (void)audio_of(pool, one);
    assert_text(video_of(pool, other), "239.255.0.1:5004");
    assert_text(audio_of(pool, other), "239.255.0.1:5006");
}
END_TEST

START_TEST(test_pool_with_one_port_gives_each_track_a_group) {
    MulticastPool pool(range("239.255.0.1", "239.255.0.9", 5000, 5000));
    const Presentation one;
    assert_text(video_of(pool, one), "239.255.0.1:5000");
    assert_text(audio_of(pool, one), "239.255.0.2:5000");
}
END_TEST

START_TEST(test_pool_takes_even_ports_unless_there_are_none) {
    MulticastPool from_odd(range("239.255.0.1", "239.255.0.9", 5001, 5010));
    MulticastPool odd_alone(range("239.255.0.1", "239.255.0.9", 5001, 5001));
    const Presentation one;
    assert_text(video_of(from_odd, one), "239.255.0.1:5002");
    assert_text(video_of(odd_alone, one), "239.255.0.1:5001");
}
END_TEST

START_TEST(test_pool_that_runs_out_says_which_range) {
    MulticastPool pool(range("239.255.0.1", "239.255.0.1", 5000, 5002));
    const Presentation one;
    const Presentation other;
    (void)video_of(pool, one);
    (void)audio_of(pool, one);
    const auto endpoint = pool.endpoint(other.mount, *other.video);
    ck_assert(!endpoint.ok());
    ck_assert(endpoint.error().code == PoolError::Exhausted);
    ck_assert_msg(endpoint.error().message.find("239.255.0.1") != std::string::npos, "%s",
                  endpoint.error().message.c_str());
}
END_TEST

START_TEST(test_pool_takes_back_what_an_ended_mount_had) {
    MulticastPool pool(range("239.255.0.1", "239.255.0.1", 5000, 5002));
    const Presentation other;
    {
        const Presentation closed;
        (void)video_of(pool, closed);
        (void)audio_of(pool, closed);
        assert_text(video_of(pool, other), "none");
        closed.mount->close();
        assert_text(video_of(pool, other), "239.255.0.1:5000");
    }
    {
        const Presentation gone;
        (void)video_of(pool, gone);
        assert_text(audio_of(pool, other), "none");
    }
    assert_text(audio_of(pool, other), "239.255.0.1:5002");
}
END_TEST

START_TEST(test_pool_gives_a_stream_the_group_that_was_chosen_for_it_and_its_mates_the_next_ports) {
    MulticastPool pool(range("239.255.0.1", "239.255.0.9"));
    const Presentation chosen({"239.1.2.3", 7000});
    const Presentation without_port({"239.1.2.4", 0});
    assert_text(video_of(pool, chosen), "239.1.2.3:7000");
    assert_text(audio_of(pool, chosen), "239.1.2.3:7002");
    assert_text(video_of(pool, without_port), "239.1.2.4:5000");
}
END_TEST

START_TEST(test_pool_gives_a_chosen_group_and_port_to_one_stream_only) {
    MulticastPool pool(range("239.255.0.1", "239.255.0.9"));
    const Presentation first({"239.255.0.1", 5000});
    const Presentation same({"239.255.0.1", 5001});
    const Presentation by_pool;
    assert_text(video_of(pool, first), "239.255.0.1:5000");
    ck_assert(pool.endpoint(same.mount, *same.video).error().code == PoolError::Taken);
    assert_text(video_of(pool, by_pool), "239.255.0.1:5002");
}
END_TEST

START_TEST(test_pool_of_ipv6_groups_and_of_ttl_0) {
    auto config = range("ff15::1", "ff15::9");
    config.ttl = 0;
    MulticastPool pool(config);
    const Presentation one;
    assert_text(video_of(pool, one), "[ff15::1]:5000");
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "multicast_pool",
        {test_pool_gives_a_mount_one_group_with_a_pair_of_ports_per_track,
         test_pool_tells_the_same_as_long_as_the_mount_lives, test_pool_gives_another_mount_another_group,
         test_pool_has_mounts_share_a_group_when_there_are_too_few, test_pool_with_one_port_gives_each_track_a_group,
         test_pool_takes_even_ports_unless_there_are_none, test_pool_that_runs_out_says_which_range,
         test_pool_takes_back_what_an_ended_mount_had,
         test_pool_gives_a_stream_the_group_that_was_chosen_for_it_and_its_mates_the_next_ports,
         test_pool_gives_a_chosen_group_and_port_to_one_stream_only, test_pool_of_ipv6_groups_and_of_ttl_0});
}

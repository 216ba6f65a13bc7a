// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <vector>

#include "rtp/big_endian.h"
#include "support/check_suite.h"
#include "support/deadline.h"
#include "support/secure_server.h"
#include "support/secure_viewer.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using server::SrtpMode;
using test::assert_as_sent;
using test::EarlyServer;
using test::eventually;
using test::KeyForm;
using test::SecureServer;
using test::SecureViewer;
using test::SrtpWay;
using Bytes = std::vector<uint8_t>;

namespace {

const SrtpWay kMember{"member", KeyForm::Mikey, SrtpWay::Over::Multicast};
const SrtpWay kSdesMember{"member by SDES", KeyForm::Crypto, SrtpWay::Over::Multicast, "RTP/AVP", false};

server::ServerConfig multicast_config() {
    server::ServerConfig config = test::local_config();
    config.io_threads = 2;
    config.multicast = {.enabled = true,
                        .ip_min = "239.255.77.41",
                        .ip_max = "239.255.77.49",
                        .port_min = 16'200,
                        .port_max = 16'210,
                        .ttl = 1,
                        .interface = "lo"};
    return config;
}

// Has set up all streams, with the keys that are told now.
struct Member : SecureViewer {
    explicit Member(SecureServer &server, const SrtpWay &way = kMember) : SecureViewer(server.live.port(), way) {
        describe();
        set_up();
    }
};

// Until the packet of that number; whatever comes before it is passed over.
void await_number(SecureViewer &viewer, uint32_t number) {
    while (rtp::load_u16(viewer.next_rtp(0), 2) != static_cast<uint16_t>(number)) {
    }
}

// A key unit of that number of the first cycle, and on: in strides that the receiver, who has it all, can follow.
void go_to(SecureServer &server, SecureViewer &witness, uint32_t number) {
    server.live.count_video_from(test::kCycle + number);
    server.live.key_unit();
    await_number(witness, number);
}

uint64_t sessions(SecureServer &server) {
    return server.live.server->statistics().sessions.load();
}

uint64_t lost(SecureServer &server) {
    return server.live.mount->statistics().packets_lost.load();
}

uint64_t dropped(SecureServer &server) {
    return server.live.server->statistics().rtcp_dropped.load();
}

}  // namespace

START_TEST(test_members_decrypt_what_the_group_is_sent) {
    for (const SrtpWay &way : {kMember, kSdesMember}) {
        EarlyServer server(SrtpMode::Required, multicast_config());
        Member first(server, way);
        first.play();
        assert_as_sent(way.name, first.next_rtp(0), 0);
        ck_assert_uint_eq(first.next_rtcp(0)[1], test::kSenderReport);
        Member second(server);
        ck_assert_msg(second.keys()[0].key == first.keys()[0].key, "a group has one key");
        second.play();
        server.live.picture();
        server.live.sound();
        const auto number = static_cast<uint32_t>(server.live.newest_video()->properties().first_sequence);
        await_number(first, number);
        await_number(second, number);
        assert_as_sent(way.name, second.next_rtp(1), 1);
    }
}
END_TEST

// Who is described the group past the wrap is told where its counter stands, which SDES has no place for.
START_TEST(test_who_joins_past_the_wrap_is_told_the_counter) {
    EarlyServer server(SrtpMode::Required, multicast_config());
    Member first(server);
    first.play();
    test::cross_the_wrap(server, first);
    Member second(server);
    ck_assert(second.keys()[0].key == first.keys()[0].key);
    ck_assert_uint_eq(second.keys()[0].rollovers, 1);
    ck_assert_uint_eq(second.keys()[1].rollovers, 0);
    second.play();
    server.live.picture();
    assert_as_sent("past the wrap", second.next_rtp(0), 0);
    SecureViewer other(server.live.port(), kSdesMember);
    other.describe();
    ck_assert_msg(!(other.keys()[0].key == first.keys()[0].key), "keys that begin with this cycle");
    ck_assert_msg(other.set_up(0).status == 461, "which are not the group's");
}
END_TEST

// Their session ends while PLAY waits for the group: 454.
START_TEST(test_play_past_the_wrap_is_454) {
    EarlyServer server(SrtpMode::Required, multicast_config());
    Member late(server);
    Member late_by_sdes(server, kSdesMember);
    SecureViewer described(server.live.port(), kMember);
    described.describe();
    Member first(server);
    first.play();
    test::cross_the_wrap(server, first);
    described.set_up();
    for (SecureViewer *viewer :
         {static_cast<SecureViewer *>(&late), static_cast<SecureViewer *>(&late_by_sdes), &described})
        ck_assert_int_eq(viewer->ask("PLAY").status, 454);
    ck_assert_uint_eq(sessions(server), 1);
    server.live.picture();
    assert_as_sent("the first goes on", first.next_rtp(0), 0);
}
END_TEST

START_TEST(test_play_past_the_wrap_is_454_also_for_the_first_member) {
    EarlyServer server(SrtpMode::Required, multicast_config());
    SecureViewer unicast(server.live.port());
    unicast.describe();
    unicast.set_up();
    unicast.play();
    Member late(server);
    ck_assert_msg(late.keys() == unicast.keys(), "they share the keys of this cycle");
    test::cross_the_wrap(server, unicast);
    ck_assert_int_eq(late.ask("PLAY").status, 454);
    Member again(server);
    again.play();
    assert_as_sent("after the wrap", again.next_rtp(0), 0);
}
END_TEST

// Near the end of a cycle each is told keys of its own, and the first that plays decides which the group is sent with.
START_TEST(test_play_with_other_keys_than_the_groups_is_463) {
    SecureServer server(SrtpMode::Required, multicast_config());
    server.live.gop();
    Member first(server);
    Member second(server);
    ck_assert(!(first.keys()[0].key == second.keys()[0].key));
    first.play();
    ck_assert_int_eq(second.ask("PLAY").status, 463);
    SecureViewer third(server.live.port(), kMember);
    third.describe();
    ck_assert_msg(third.set_up(0).status == 461, "nor does anybody set up what it could not decrypt");
    ck_assert_int_eq(first.ask("TEARDOWN").status, 200);
    second.play();
    Bytes packet;
    while (packet.empty())  // what comes before was for the first
        packet = second.decoder(0).rtp(second.next_sealed_rtp(0));
    assert_as_sent("once the group is another one", packet, 0);
}
END_TEST

// It follows the numbers as far as a receiver can (RFC 3711 section 3.3.1).
START_TEST(test_member_that_paused_plays_on_past_the_wrap_if_it_can_follow) {
    const struct {
        uint32_t paused_at;
        int status;
    } kCases[] = {{60'000, 200}, {40'000, 454}};
    for (const auto &test : kCases) {
        EarlyServer server(SrtpMode::Required, multicast_config());
        SecureViewer witness(server.live.port());
        witness.describe();
        witness.set_up();
        witness.play();
        Member member(server);
        member.play();
        bool plays = true;
        for (const uint32_t number : {20'000, 40'000, 60'000, 80'000}) {
            go_to(server, witness, number);
            if (!plays)
                continue;
            await_number(member, number);
            plays = number < test.paused_at;
            if (!plays)
                ck_assert_int_eq(member.ask("PAUSE").status, 200);
        }
        const auto answer = member.ask("PLAY");
        ck_assert_msg(answer.status == test.status, "paused at %u: %d", test.paused_at, answer.status);
        if (answer.status == 200)
            await_number(member, 80'000);
    }
}
END_TEST

START_TEST(test_reports_of_members_count_when_they_are_sealed) {
    EarlyServer server(SrtpMode::Required, multicast_config());
    Member member(server);
    Member mute(server, kSdesMember);
    SecureViewer stranger(server.live.port(), kMember);
    member.play();
    mute.play();
    (void)member.next_rtcp(0);  // it came back to the server, too
    ck_assert_uint_eq(dropped(server), 0);
    const Bytes good = member.sealed(test::receiver_report(5));
    Bytes changed = member.sealed(test::receiver_report(6));
    changed[15] ^= 1;
    for (const Bytes &forged :
         {test::receiver_report(7), changed, stranger.sealed(test::receiver_report(8)), Bytes(60, 0)})
        member.send_rtcp(0, forged);
    ck_assert(eventually([&] { return dropped(server) == 4; }));
    ck_assert_uint_eq(lost(server), 0);
    member.send_rtcp(0, good);
    ck_assert(eventually([&] { return lost(server) == 5; }));
    member.send_rtcp(0, good);
    ck_assert_msg(eventually([&] { return dropped(server) == 5; }), "a repetition");
    ck_assert_uint_eq(lost(server), 5);
}
END_TEST

// Whoever shares a host with a member that is still there.
START_TEST(test_report_keeps_alive_only_who_said_it) {
    auto config = multicast_config();
    config.session_timeout = 2s;
    EarlyServer server(SrtpMode::Required, config);
    Member stays(server);
    Member crashes(server);
    stays.play();
    crashes.play();
    stays.peer().close();
    crashes.peer().close();
    ck_assert(eventually([&] {
        stays.send_rtcp(0, stays.sealed(test::receiver_report(0)));
        return sessions(server) == 1;
    }));
    // Longer than it would be there if nothing were heard.
    const auto until = std::chrono::steady_clock::now() + 4500ms;
    ck_assert(eventually([&] {
        stays.send_rtcp(0, stays.sealed(test::receiver_report(0)));
        return sessions(server) != 1 || std::chrono::steady_clock::now() > until;
    }));
    ck_assert_uint_eq(sessions(server), 1);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "srtp_multicast",
        {test_members_decrypt_what_the_group_is_sent, test_who_joins_past_the_wrap_is_told_the_counter,
         test_play_past_the_wrap_is_454, test_play_past_the_wrap_is_454_also_for_the_first_member,
         test_play_with_other_keys_than_the_groups_is_463,
         test_member_that_paused_plays_on_past_the_wrap_if_it_can_follow,
         test_reports_of_members_count_when_they_are_sealed, test_report_keeps_alive_only_who_said_it});
}

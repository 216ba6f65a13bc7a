// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "rtp/big_endian.h"
#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/deadline.h"
#include "support/live_server.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using media::MountConfig;
using media::StartMode;
using test::DatagramPair;
using test::eventually;
using test::LiveServer;
using test::RtspPeer;
using test::session_header;

namespace {

constexpr uint8_t kSenderReport = 200;
constexpr uint8_t kVideoRtp = 0;
constexpr uint8_t kAudioRtp = 2;

struct FirstPacket {
    uint16_t sequence = 0;
    rtp::RtpTime time = 0;
    bool operator==(const FirstPacket &) const = default;
};

// What RTP-Info says of each stream.
std::map<unsigned, FirstPacket> parse_rtp_info(const std::string &header) {
    std::map<unsigned, FirstPacket> streams;
    const auto number_after = [](const std::string &text, const std::string &word) {
        const size_t place = text.find(word);
        ck_assert_msg(place != std::string::npos, "no %s in %s", word.c_str(), text.c_str());
        return static_cast<uint32_t>(std::strtoul(text.c_str() + place + word.size(), nullptr, 10));
    };
    for (size_t begin = 0; begin < header.size();) {
        const size_t end = std::min(header.find(",url=", begin), header.size());
        const std::string item = header.substr(begin, end - begin);
        streams[number_after(item, "stream=")] = {static_cast<uint16_t>(number_after(item, "seq=")),
                                                  number_after(item, "rtptime=")};
        begin = end + 1;
    }
    return streams;
}

// Plays over TCP or UDP and notes the first RTP packet of each stream.
class Playing {
public:
    Playing(const LiveServer &live, bool udp, unsigned streams = 2) : peer_(live.connect()) {
        for (unsigned i = 0; udp && i < streams; ++i)
            pairs_.push_back(DatagramPair::open());
        session_ = udp ? test::set_up_udp(peer_, pairs_) : test::set_up_tcp(peer_, streams);
    }
    void ask() { peer_.send_request("PLAY", peer_.uri("/test"), session_header(session_)); }
    void await_answer() {
        answer = peer_.response();
        ck_assert_int_eq(answer.status, 200);
    }
    void play() {
        ask();
        await_answer();
    }
    [[nodiscard]] std::map<unsigned, FirstPacket> promised() const { return parse_rtp_info(answer.header("rtp-info")); }
    FirstPacket first_of(unsigned stream) {
        if (pairs_.empty())
            return first_over_tcp(stream);
        const auto datagram = pairs_[stream].rtp.receive();
        ck_assert_msg(datagram.has_value(), "nothing over UDP");
        return {rtp::load_u16(datagram->bytes, 2), rtp::load_u32(datagram->bytes, 4)};
    }
    // All that is promised comes.
    void assert_promise_is_kept(size_t streams) {
        const auto promise = promised();
        ck_assert_msg(promise.size() == streams, "RTP-Info: %s", answer.header("rtp-info").c_str());
        for (const auto &[stream, first] : promise) {
            const FirstPacket came = first_of(stream);
            ck_assert_msg(came == first, "stream %u begins with %u at %u, not %u at %u", stream, came.sequence,
                          came.time, first.sequence, first.time);
        }
    }
    RtspPeer &peer() { return peer_; }
    [[nodiscard]] const std::string &session() const { return session_; }

    RtspPeer::Response answer;

private:
    FirstPacket first_over_tcp(unsigned stream) {
        while (!firsts_.contains(stream)) {
            const auto frame = peer_.frame();
            ck_assert_msg(frame.has_value(), "nothing over TCP");
            if (!frame->is_rtcp())
                firsts_.emplace(frame->channel / 2, FirstPacket{frame->sequence(), frame->time()});
        }
        return firsts_[stream];
    }

    RtspPeer peer_;
    std::vector<DatagramPair> pairs_;
    std::string session_;
    std::map<unsigned, FirstPacket> firsts_;
};

MountConfig config_of(StartMode mode) {
    MountConfig config;
    config.start_mode = mode;
    return config;
}

// What the I/O thread was told before has been seen to.
void let_the_server_work(const LiveServer &live) {
    RtspPeer other = live.connect();
    for (int i = 0; i < 3; ++i)
        ck_assert_int_eq(other.request("OPTIONS", "*").status, 200);
}

FirstPacket first_of(const media::SharedBatch &batch) {
    return {static_cast<uint16_t>(batch->properties().first_sequence), batch->properties().time};
}

}  // namespace

START_TEST(test_play_burst_begins_as_rtp_info_says) {
    for (const bool udp : {false, true}) {
        LiveServer live;
        live.gop();
        live.gop(8);
        Playing viewer(live, udp);
        viewer.play();
        viewer.assert_promise_is_kept(2);
    }
}
END_TEST

START_TEST(test_play_burst_ends_at_the_live_edge_without_a_gap) {
    LiveServer live;
    live.gop(8);
    Playing viewer(live, false);
    viewer.play();
    uint16_t next = viewer.promised()[0].sequence;
    live.picture();
    live.picture();
    const FirstPacket last = first_of(live.newest_video());
    for (bool done = false; !done;) {
        const auto frame = viewer.peer().frame();
        ck_assert(frame.has_value());
        if (frame->channel != kVideoRtp)
            continue;
        ck_assert_uint_eq(frame->sequence(), next++);
        done = frame->sequence() == last.sequence;
        if (done)
            ck_assert_uint_eq(frame->time(), last.time);
    }
}
END_TEST

START_TEST(test_play_sender_report_goes_ahead_of_the_first_packet_of_each_stream) {
    LiveServer live;
    live.gop();
    Playing viewer(live, false);
    viewer.play();
    std::map<unsigned, rtp::RtpTime> reported;
    std::map<unsigned, rtp::RtpTime> seen;
    while (seen.size() < 2) {
        const auto frame = viewer.peer().frame();
        ck_assert(frame.has_value());
        const unsigned stream = frame->channel / 2u;
        if (frame->is_rtcp()) {
            ck_assert_uint_eq(frame->bytes[1], kSenderReport);
            reported.emplace(stream, rtp::load_u32(frame->bytes, 16));
        } else if (seen.emplace(stream, frame->time()).second) {
            ck_assert_msg(reported.contains(stream), "stream %u begins without a report", stream);
            ck_assert_uint_eq(reported[stream], frame->time());
        }
    }
}
END_TEST

START_TEST(test_play_never_sends_audio_first) {
    for (const StartMode mode : {StartMode::Auto, StartMode::KeyFrame}) {
        LiveServer live(test::local_config(), config_of(mode));
        live.picture();
        live.sound();
        Playing viewer(live, false);
        viewer.ask();
        ck_assert(eventually([&] { return live.key_requests() == 1; }));
        live.sound();
        live.gop();
        viewer.await_answer();
        auto frame = viewer.peer().frame();
        while (frame && frame->is_rtcp())
            frame = viewer.peer().frame();
        ck_assert(frame && frame->channel == kVideoRtp);
        ck_assert((viewer.promised()[0] == FirstPacket{frame->sequence(), frame->time()}));
    }
}
END_TEST

START_TEST(test_play_key_frame_mode_waits_and_begins_as_rtp_info_says) {
    for (const bool udp : {false, true}) {
        LiveServer live(test::local_config(), config_of(StartMode::KeyFrame));
        live.gop();
        Playing viewer(live, udp, 1);
        viewer.ask();
        ck_assert(eventually([&] { return live.key_requests() == 1; }));
        live.picture();
        let_the_server_work(live);
        live.key_unit();
        const FirstPacket key = first_of(live.newest_video());
        live.picture();
        viewer.await_answer();
        ck_assert(viewer.promised()[0] == key);
        viewer.assert_promise_is_kept(1);
    }
}
END_TEST

// A report is no unit: PLAY is not answered for it.
START_TEST(test_play_waits_for_the_key_frame_whatever_reports_come) {
    LiveServer live(test::local_config(), config_of(StartMode::KeyFrame));
    live.picture();
    Playing viewer(live, false);
    viewer.ask();
    ck_assert(eventually([&] { return live.key_requests() == 1; }));
    live.sound();  // the first, behind a sender report
    let_the_server_work(live);
    live.key_unit();
    const FirstPacket key = first_of(live.newest_video());
    viewer.await_answer();
    ck_assert_msg(viewer.promised()[0] == key, "RTP-Info: %s", viewer.answer.header("rtp-info").c_str());
}
END_TEST

START_TEST(test_play_key_frame_that_does_not_come_is_not_promised) {
    LiveServer live(test::local_config(), config_of(StartMode::KeyFrame));
    live.gop();
    Playing viewer(live, false);
    viewer.play();
    test::assert_text(viewer.answer.header("rtp-info"), "");
    live.picture();
    live.sound();
    live.key_unit();
    const FirstPacket key = first_of(live.newest_video());
    live.sound();
    ck_assert(viewer.first_of(0) == key);
}
END_TEST

START_TEST(test_play_now_mode_begins_with_the_next_unit) {
    for (const bool udp : {false, true}) {
        LiveServer live(test::local_config(), config_of(StartMode::Now));
        live.gop();
        Playing viewer(live, udp, 1);
        viewer.ask();
        ck_assert(eventually([&] { return live.mount->statistics().viewers == 1; }));
        live.picture();
        const FirstPacket next = first_of(live.newest_video());
        viewer.await_answer();
        ck_assert(viewer.promised()[0] == next);
        viewer.assert_promise_is_kept(1);
    }
}
END_TEST

START_TEST(test_play_long_burst_is_replaced_by_a_key_frame_if_the_encoder_makes_one) {
    MountConfig config;
    config.burst_max = -1ms;  // any is too long
    LiveServer live(test::local_config(), config);
    live.gop();
    Playing viewer(live, false, 1);
    viewer.ask();
    ck_assert(eventually([&] { return live.key_requests() == 1; }));
    live.key_unit();
    viewer.await_answer();
    ck_assert(viewer.promised()[0] == first_of(live.newest_video()));
}
END_TEST

START_TEST(test_play_long_burst_is_sent_if_the_encoder_does_not_listen) {
    for (const bool says_so : {true, false}) {
        MountConfig config;
        config.burst_max = -1ms;
        LiveServer live(test::local_config(), config);
        live.encoder_listens = !says_so;
        live.key_unit();
        const uint16_t key = first_of(live.newest_video()).sequence;
        live.picture();
        Playing viewer(live, false, 1);
        viewer.play();
        ck_assert_uint_eq(viewer.promised()[0].sequence, key);
        viewer.assert_promise_is_kept(1);
        Playing second(live, false, 1);
        second.play();
        ck_assert_msg(live.key_requests() == 1, "it is not asked again");
        ck_assert_uint_eq(second.promised()[0].sequence, key);
    }
}
END_TEST

START_TEST(test_play_audio_alone_begins_with_the_newest) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    const auto setup = peer.request("SETUP", peer.uri("/test/stream=1"), test::tcp_transport(1));
    const auto play = peer.request("PLAY", peer.uri("/test"), session_header(setup.session()));
    const auto promise = parse_rtp_info(play.header("rtp-info"));
    ck_assert_uint_eq(promise.size(), 1);
    auto frame = peer.frame();
    while (frame && frame->is_rtcp())
        frame = peer.frame();
    ck_assert(frame && frame->channel == kAudioRtp);
    ck_assert((promise.at(1) == FirstPacket{frame->sequence(), frame->time()}));
    ck_assert_int_eq(live.key_requests(), 0);
}
END_TEST

START_TEST(test_play_of_a_mount_without_data_is_answered_and_begins_when_there_is_some) {
    LiveServer live;
    Playing viewer(live, false);
    viewer.play();
    test::assert_text(viewer.answer.header("rtp-info"), "");
    live.gop();
    ck_assert_uint_eq(viewer.first_of(0).sequence, 65'500);
}
END_TEST

START_TEST(test_play_on_channels_of_its_own_choice) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    const auto setup =
        peer.request("SETUP", peer.uri("/test/stream=0"), "Transport: RTP/AVP/TCP;interleaved=10-11\r\n");
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(setup.session())).status, 200);
    for (int i = 0; i < 4; ++i) {
        const auto frame = peer.frame();
        ck_assert(frame.has_value());
        ck_assert_uint_eq(frame->channel, i == 0 ? 11 : 10);
    }
}
END_TEST

START_TEST(test_play_again_changes_nothing) {
    LiveServer live;
    live.gop();
    Playing viewer(live, false);
    viewer.play();
    viewer.play();
    ck_assert_uint_eq(live.mount->statistics().viewers, 1);
    ck_assert_uint_eq(viewer.first_of(0).sequence, 65'500);
}
END_TEST

START_TEST(test_play_pause_stops_and_play_begins_anew) {
    for (const bool udp : {false, true}) {
        LiveServer live;
        live.gop();
        Playing viewer(live, udp, 1);
        viewer.play();
        viewer.first_of(0);
        const std::string header = session_header(viewer.session());
        ck_assert_int_eq(viewer.peer().request("PAUSE", viewer.peer().uri("/test"), header).status, 200);
        ck_assert_uint_eq(live.mount->statistics().viewers, 0);
        live.gop();
        live.gop();
        viewer.play();
        ck_assert_uint_eq(live.mount->statistics().viewers, 1);
        const auto promise = viewer.promised();
        live.picture();
        ck_assert_uint_eq(promise.size(), 1);
    }
}
END_TEST

START_TEST(test_play_teardown_of_one_stream_leaves_the_other_playing) {
    LiveServer live;
    live.gop();
    Playing viewer(live, false);
    viewer.play();
    viewer.first_of(1);
    RtspPeer &peer = viewer.peer();
    ck_assert_int_eq(peer.request("TEARDOWN", peer.uri("/test/stream=0"), session_header(viewer.session())).status,
                     200);
    live.gop();
    int sounds = 0;
    while (sounds < 5) {
        const auto frame = peer.frame();
        ck_assert(frame.has_value());
        sounds += frame->channel == kAudioRtp ? 1 : 0;
    }
}
END_TEST

// Sessions over UDP may be controlled on any connection. That one may go while PLAY waits.
START_TEST(test_play_on_a_connection_that_goes_while_it_waits) {
    for (const bool owner_goes : {false, true}) {
        LiveServer live(test::local_config(), config_of(StartMode::KeyFrame));
        live.gop();
        RtspPeer owner = live.connect();
        RtspPeer other = live.connect();
        const auto pair = DatagramPair::open();
        const auto setup = owner.request("SETUP", owner.uri("/test/stream=0"), test::udp_transport(pair.rtp.port()));
        other.send_request("PLAY", other.uri("/test"), session_header(setup.session()));
        ck_assert(eventually([&] { return live.key_requests() == 1; }));
        (owner_goes ? owner : other).close();
        ck_assert(eventually([&] { return live.server->statistics().connections == 1; }));
        live.gop();
        let_the_server_work(live);
        live.gop();
        let_the_server_work(live);
    }
}
END_TEST

// Whether the wait for a first unit is over for good when PLAY was answered because time ran out.
START_TEST(test_play_answered_late_does_not_wake_other_requests_of_its_connection) {
    LiveServer live(test::local_config(), config_of(StartMode::KeyFrame));
    live.gop();
    Playing viewer(live, true, 1);
    viewer.play();  // nothing came in time
    live.server->mounts().set_undecided_pads(&viewer, 1);
    viewer.peer().send_request("DESCRIBE", viewer.peer().uri("/later"));
    let_the_server_work(live);
    const uint64_t requests = live.server->statistics().requests;
    live.key_unit();
    let_the_server_work(live);
    ck_assert_uint_eq(live.server->statistics().requests, requests + 3);
    live.server->mounts().set_undecided_pads(&viewer, 0);
    ck_assert_int_eq(viewer.peer().response().status, 404);
    viewer.first_of(0);
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("play", {
                                       test_play_burst_begins_as_rtp_info_says,
                                       test_play_burst_ends_at_the_live_edge_without_a_gap,
                                       test_play_sender_report_goes_ahead_of_the_first_packet_of_each_stream,
                                       test_play_never_sends_audio_first,
                                       test_play_key_frame_mode_waits_and_begins_as_rtp_info_says,
                                       test_play_waits_for_the_key_frame_whatever_reports_come,
                                       test_play_key_frame_that_does_not_come_is_not_promised,
                                       test_play_now_mode_begins_with_the_next_unit,
                                       test_play_long_burst_is_replaced_by_a_key_frame_if_the_encoder_makes_one,
                                       test_play_long_burst_is_sent_if_the_encoder_does_not_listen,
                                       test_play_audio_alone_begins_with_the_newest,
                                       test_play_of_a_mount_without_data_is_answered_and_begins_when_there_is_some,
                                       test_play_on_channels_of_its_own_choice,
                                       test_play_again_changes_nothing,
                                       test_play_pause_stops_and_play_begins_anew,
                                       test_play_teardown_of_one_stream_leaves_the_other_playing,
                                       test_play_on_a_connection_that_goes_while_it_waits,
                                       test_play_answered_late_does_not_wake_other_requests_of_its_connection,
                                   });
}

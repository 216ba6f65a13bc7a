// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <string>
#include <vector>

#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/datagram_socket.h"
#include "support/live_server.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using test::DatagramPair;
using test::DatagramSocket;
using test::LiveServer;
using test::RtspPeer;
using test::session_header;

namespace {

bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

// What the client has done before: nothing; SETUP of stream 0; of both streams; and PLAY of both.
enum class State : uint8_t { Init, ReadyOne, Ready, Playing };
constexpr State kStates[] = {State::Init, State::ReadyOne, State::Ready, State::Playing};

std::string bring_to(State state, RtspPeer &peer) {
    switch (state) {
        case State::Init:
            return {};
        case State::ReadyOne:
            return test::set_up_tcp(peer, 1);
        case State::Ready:
            return test::set_up_tcp(peer);
        case State::Playing:
            return test::play_tcp(peer);
    }
    return {};
}

struct Operation {
    const char *method;
    const char *path;
    const char *headers;
    int status[4];  // in each of kStates
};

constexpr Operation kOperations[] = {
    {"OPTIONS", "/test", "", {200, 200, 200, 200}},
    {"OPTIONS", "*", "", {200, 200, 200, 200}},
    {"DESCRIBE", "/test", "", {200, 200, 200, 200}},
    {"SETUP", "/test/stream=0", "Transport: RTP/AVP/TCP;interleaved=0-1\r\n", {200, 200, 200, 455}},
    {"SETUP", "/test/stream=1", "Transport: RTP/AVP/TCP;interleaved=2-3\r\n", {200, 200, 200, 455}},
    {"SETUP", "/test", "Transport: RTP/AVP/TCP;interleaved=0-1\r\n", {459, 459, 459, 459}},
    {"SETUP", "/test/stream=2", "Transport: RTP/AVP/TCP;interleaved=0-1\r\n", {404, 404, 404, 404}},
    {"PLAY", "/test", "", {454, 200, 200, 200}},
    {"PLAY", "/test/stream=0", "", {454, 200, 460, 460}},
    {"PLAY", "/test/stream=1", "", {454, 455, 460, 460}},
    {"PAUSE", "/test", "", {454, 200, 200, 200}},
    {"PAUSE", "/test/stream=0", "", {454, 200, 460, 460}},
    {"PAUSE", "/test/stream=1", "", {454, 455, 460, 460}},
    {"TEARDOWN", "/test", "", {454, 200, 200, 200}},
    {"TEARDOWN", "/test/stream=0", "", {454, 200, 200, 200}},
    {"TEARDOWN", "/test/stream=1", "", {454, 455, 200, 200}},
    {"GET_PARAMETER", "/test", "", {200, 200, 200, 200}},
    {"SET_PARAMETER", "/test", "", {200, 200, 200, 200}},
    {"ANNOUNCE", "/test", "", {405, 405, 405, 405}},
    {"RECORD", "/test", "", {405, 405, 405, 405}},
    {"REDIRECT", "/test", "", {405, 405, 405, 405}},
    {"describe", "/test", "", {501, 501, 501, 501}},
    {"FETCH", "/test", "", {501, 501, 501, 501}},
};

}  // namespace

START_TEST(test_request_every_operation_in_every_state) {
    LiveServer live;
    live.gop();
    for (const Operation &operation : kOperations) {
        for (const State state : kStates) {
            RtspPeer peer = live.connect();
            const std::string session = bring_to(state, peer);
            const std::string uri = *operation.path == '*' ? "*" : peer.uri(operation.path);
            const auto answer = peer.request(operation.method, uri, operation.headers + session_header(session));
            const int expected = operation.status[static_cast<int>(state)];
            ck_assert_msg(answer.status == expected, "%s %s in state %d: expected %d, came %d", operation.method,
                          operation.path, static_cast<int>(state), expected, answer.status);
            if (expected == 405 || expected == 455)
                ck_assert_msg(has(answer.header("allow"), "OPTIONS"), "%s", answer.text.c_str());
            ck_assert_msg(peer.request("OPTIONS", "*").status == 200, "the connection goes on");
        }
    }
}
END_TEST

START_TEST(test_request_with_a_session_that_is_none_is_refused) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    const std::string foreign = "00" + std::string(32, 'a');
    for (const char *method : {"OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER"})
        for (const std::string &session : {std::string("12345678"), foreign, "63" + foreign.substr(2), "zz" + foreign})
            ck_assert_msg(peer.request(method, peer.uri("/test"), session_header(session)).status == 454, "%s", method);
}
END_TEST

START_TEST(test_request_session_ends_with_its_last_stream) {
    LiveServer live;
    live.gop();
    RtspPeer peer = live.connect();
    const std::string session = test::play_tcp(peer);
    const std::string header = session_header(session);
    const auto first = peer.request("TEARDOWN", peer.uri("/test/stream=1"), header);
    ck_assert_int_eq(first.status, 200);
    ck_assert_msg(first.session() == session, "it goes on with the other stream");
    ck_assert_int_eq(peer.request("TEARDOWN", peer.uri("/test/stream=1"), header).status, 455);
    const auto last = peer.request("TEARDOWN", peer.uri("/test/stream=0"), header);
    ck_assert_int_eq(last.status, 200);
    test::assert_text(last.header("session"), "");
    ck_assert_int_eq(peer.request("GET_PARAMETER", peer.uri("/test"), header).status, 454);
    ck_assert_uint_eq(live.server->statistics().sessions, 0);
    ck_assert_uint_eq(live.server->statistics().sessions_total, 1);
}
END_TEST

START_TEST(test_request_what_is_wrong_has_its_status) {
    const struct {
        const char *name;
        const char *request;  // after which there is a CSeq, and an empty line
        int status;
    } kCases[] = {
        {"no such path", "DESCRIBE rtsp://host/none RTSP/1.0\r\n", 404},
        {"no URL", "DESCRIBE http://host/test RTSP/1.0\r\n", 400},
        {"RTSP 2.0", "DESCRIBE rtsp://host/test RTSP/2.0\r\n", 505},
        {"an option nobody has", "DESCRIBE rtsp://host/test RTSP/1.0\r\nRequire: com.example.telepathy\r\n", 551},
        {"no SDP wanted", "DESCRIBE rtsp://host/test RTSP/1.0\r\nAccept: text/html\r\n", 406},
        {"no Transport", "SETUP rtsp://host/test/stream=0 RTSP/1.0\r\n", 400},
        {"Transport of nobody", "SETUP rtsp://host/test/stream=0 RTSP/1.0\r\nTransport: RAW/RAW/UDP;unicast\r\n", 461},
        {"multicast", "SETUP rtsp://host/test/stream=0 RTSP/1.0\r\nTransport: RTP/AVP;multicast\r\n", 461},
        {"UDP without ports", "SETUP rtsp://host/test/stream=0 RTSP/1.0\r\nTransport: RTP/AVP;unicast\r\n", 461},
        {"SRTP", "SETUP rtsp://host/test/stream=0 RTSP/1.0\r\nTransport: RTP/SAVP/TCP;interleaved=0-1\r\n", 461},
        {"recording",
         "SETUP rtsp://host/test/stream=0 RTSP/1.0\r\nTransport: RTP/AVP/TCP;interleaved=0-1;mode=record\r\n", 461},
    };
    LiveServer live;
    for (const auto &test : kCases) {
        RtspPeer peer = live.connect();
        peer.send(std::string(test.request) + "CSeq: 17\r\n\r\n");
        const auto answer = peer.response();
        ck_assert_msg(answer.status == test.status, "%s: %d", test.name, answer.status);
        ck_assert_msg(answer.header("cseq") == "17", "%s", test.name);
    }
}
END_TEST

START_TEST(test_request_without_cseq_is_a_bad_one) {
    LiveServer live;
    for (const char *cseq : {"", "CSeq: \r\n", "CSeq: seven\r\n", "CSeq: 7x\r\n"}) {
        RtspPeer peer = live.connect();
        peer.send("OPTIONS * RTSP/1.0\r\n" + std::string(cseq) + "\r\n");
        ck_assert_int_eq(peer.response().status, 400);
    }
}
END_TEST

START_TEST(test_request_options_tells_what_there_is) {
    LiveServer live;
    RtspPeer peer = live.connect();
    const auto answer = peer.request("OPTIONS", "*");
    for (const char *method :
         {"OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER"})
        ck_assert_msg(has(answer.header("public"), method), "%s", method);
    test::assert_text(answer.header("server"), "test");
}
END_TEST

START_TEST(test_request_unknown_option_is_named) {
    LiveServer live;
    RtspPeer peer = live.connect();
    const struct {
        const char *headers;
        const char *unsupported;
    } kCases[] = {
        {"Require: one\r\nRequire: two\r\n", "one, two"},
        {"Proxy-Require: one\r\n", "one"},
        {"Proxy-Require: two, three\r\nRequire: one\r\nProxy-Require: four\r\n", "one, two, three, four"},
    };
    for (const auto &each : kCases) {
        const auto answer = peer.request("OPTIONS", "*", each.headers);
        ck_assert_msg(answer.status == 551, "%s%d", each.headers, answer.status);
        test::assert_text(answer.header("unsupported"), each.unsupported);
    }
    ck_assert_int_eq(peer.request("DESCRIBE", peer.uri("/test"), "Proxy-Require: one\r\n").status, 551);
}
END_TEST

START_TEST(test_request_parameters_are_not_understood_but_named) {
    LiveServer live;
    RtspPeer peer = live.connect();
    for (const char *method : {"GET_PARAMETER", "SET_PARAMETER"}) {
        const auto answer = peer.request(method, peer.uri("/test"), "Content-Type: text/parameters\r\n",
                                         "packets_received\r\njitter: 3\r\n");
        ck_assert_int_eq(answer.status, 451);
        test::assert_text(answer.body, "packets_received\r\njitter\r\n");
    }
}
END_TEST

START_TEST(test_describe_gives_the_presentation_under_every_spelling) {
    LiveServer live;
    RtspPeer peer = live.connect();
    for (const char *path : {"/test", "//test", "/test/", "/test?user=x", "/%74est", "/test/stream=0"}) {
        const auto answer = peer.request("DESCRIBE", peer.uri(path), "Accept: application/sdp\r\n");
        ck_assert_msg(answer.status == 200, "%s", path);
        test::assert_text(answer.header("content-type"), "application/sdp");
        ck_assert(has(answer.body, "m=video") && has(answer.body, "m=audio"));
    }
    for (const char *accept : {"*/*", "application/*", "text/plain, application/sdp;q=0.5"})
        ck_assert_int_eq(peer.request("DESCRIBE", peer.uri("/test"), "Accept: " + std::string(accept) + "\r\n").status,
                         200);
}
END_TEST

START_TEST(test_describe_names_the_family_of_the_connection) {
    auto config = test::local_config();
    config.address = "";
    LiveServer live(config);
    RtspPeer v4 = live.connect();
    ck_assert(has(v4.request("DESCRIBE", v4.uri("/test")).body, "IN IP4"));
    if (!net::bind_socket("::1", 0, SOCK_DGRAM))
        return;
    RtspPeer v6(live.port(), "::1");
    ck_assert(has(v6.request("DESCRIBE", v6.uri("/test")).body, "IN IP6"));
}
END_TEST

START_TEST(test_setup_answers_the_first_transport_that_is_served) {
    LiveServer live;
    const struct {
        const char *offer;
        const char *answer;  // begin of it
    } kCases[] = {
        {"RTP/AVP/TCP;unicast;interleaved=0-1", "RTP/AVP/TCP;unicast;interleaved=0-1;"},
        {"RTP/AVP/TCP;unicast;interleaved=6-7", "RTP/AVP/TCP;unicast;interleaved=6-7;"},
        {"RTP/AVP/TCP;unicast", "RTP/AVP/TCP;unicast;interleaved=0-1;"},
        {"RTP/AVP/TCP;unicast;interleaved=5-5", "RTP/AVP/TCP;unicast;interleaved=0-1;"},
        {"RTP/AVPF/TCP;unicast;interleaved=0-1", "RTP/AVPF/TCP;unicast;interleaved=0-1;"},
        {"RTP/AVP;unicast;client_port=5000-5001", "RTP/AVP;unicast;client_port=5000-5001;server_port="},
        {"RTP/AVP;multicast,RTP/SAVP;unicast;client_port=5000-5001,RTP/AVP/TCP;interleaved=2-3",
         "RTP/AVP/TCP;unicast;interleaved=2-3;"},
    };
    for (const auto &test : kCases) {
        RtspPeer peer = live.connect();
        const auto answer =
            peer.request("SETUP", peer.uri("/test/stream=0"), "Transport: " + std::string(test.offer) + "\r\n");
        ck_assert_msg(answer.status == 200, "%s: %d", test.offer, answer.status);
        ck_assert_msg(answer.header("transport").starts_with(test.answer), "%s: %s", test.offer,
                      answer.header("transport").c_str());
        ck_assert_msg(has(answer.header("transport"), "ssrc=5EAD0000"), "%s", answer.header("transport").c_str());
        ck_assert_msg(has(answer.header("session"), ";timeout=60"), "%s", answer.header("session").c_str());
    }
}
END_TEST

START_TEST(test_setup_gives_channels_that_are_free) {
    LiveServer live;
    RtspPeer peer = live.connect();
    const auto first = peer.request("SETUP", peer.uri("/test/stream=0"), "Transport: RTP/AVP/TCP;interleaved=2-3\r\n");
    const auto second = peer.request("SETUP", peer.uri("/test/stream=1"),
                                     "Transport: RTP/AVP/TCP;interleaved=2-3\r\n" + session_header(first.session()));
    ck_assert_msg(has(second.header("transport"), "interleaved=0-1"), "%s", second.header("transport").c_str());
    // The same stream again keeps what it has.
    const auto again = peer.request("SETUP", peer.uri("/test/stream=0"),
                                    "Transport: RTP/AVP/TCP;interleaved=2-3\r\n" + session_header(first.session()));
    ck_assert_msg(has(again.header("transport"), "interleaved=2-3"), "%s", again.header("transport").c_str());
}
END_TEST

START_TEST(test_setup_keeps_a_session_to_one_lower_transport_and_one_presentation) {
    LiveServer live;
    const auto other = media::Mount::create("/other", {});
    other->add_track(test::video_config());
    ck_assert(live.server->mounts().add(&live, other, true).ok());
    RtspPeer peer = live.connect();
    const std::string header = session_header(test::set_up_tcp(peer, 1));
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=1"), test::udp_transport(5000) + header).status, 461);
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/other/stream=0"), test::tcp_transport(1) + header).status, 459);
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=1"), test::tcp_transport(1) + header).status, 200);
}
END_TEST

START_TEST(test_setup_may_change_the_transport_of_the_only_stream) {
    LiveServer live;
    live.key_unit();
    RtspPeer peer = live.connect();
    test::DatagramPair pair = test::DatagramPair::open();
    const std::string udp = test::udp_transport(pair.rtp.port());
    const std::string header = session_header(test::set_up_tcp(peer, 1));
    const auto set_up = [&](const std::string &transport) {
        return peer.request("SETUP", peer.uri("/test/stream=0"), transport + header).status;
    };
    ck_assert_int_eq(set_up(udp), 200);
    ck_assert_int_eq(set_up(test::tcp_transport(0)), 200);
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), header).status, 200);
    ck_assert_int_eq(set_up(udp), 455);
    peer.rtp_frame();
    ck_assert_int_eq(peer.request("PAUSE", peer.uri("/test"), header).status, 200);
    ck_assert_int_eq(set_up(udp), 200);
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), header).status, 200);
    ck_assert(pair.rtp.receive().has_value());
    ck_assert_int_eq(peer.request("TEARDOWN", peer.uri("/test"), header).status, 200);
    ck_assert_uint_eq(live.server->statistics().sessions, 0);
}
END_TEST

START_TEST(test_setup_of_what_is_not_allowed_is_461) {
    auto config = test::local_config();
    config.allow_udp = false;
    LiveServer tcp_only(config);
    RtspPeer over_tcp = tcp_only.connect();
    ck_assert_int_eq(over_tcp.request("SETUP", over_tcp.uri("/test/stream=0"), test::udp_transport(5000)).status, 461);
    ck_assert_int_eq(over_tcp.request("SETUP", over_tcp.uri("/test/stream=0"), test::tcp_transport(0)).status, 200);
    config.allow_udp = true;
    config.allow_tcp = false;
    LiveServer udp_only(config);
    RtspPeer over_udp = udp_only.connect();
    ck_assert_int_eq(over_udp.request("SETUP", over_udp.uri("/test/stream=0"), test::tcp_transport(0)).status, 461);
    ck_assert_int_eq(over_udp.request("SETUP", over_udp.uri("/test/stream=0"), test::udp_transport(5000)).status, 200);
}
END_TEST

START_TEST(test_setup_of_the_only_stream_needs_no_control_url) {
    LiveServer live;
    live.mount->remove_track(live.audio);
    live.gop(0);
    RtspPeer peer = live.connect();
    const auto answer = peer.request("SETUP", peer.uri("/test"), test::tcp_transport(0));
    ck_assert_int_eq(answer.status, 200);
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(answer.session())).status, 200);
}
END_TEST

// Datagrams go to nobody but the client: not even when it asks for that.
START_TEST(test_setup_does_not_send_to_another_destination) {
    LiveServer live;
    live.gop();
    auto pair = DatagramPair::open();
    DatagramSocket victim("127.0.0.2", pair.rtp.port());
    RtspPeer peer = live.connect();
    std::string transport = test::udp_transport(pair.rtp.port());
    transport.insert(transport.find("client_port"), "destination=127.0.0.2;");
    const auto answer = peer.request("SETUP", peer.uri("/test/stream=0"), transport);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_msg(!has(answer.header("transport"), "destination"), "%s", answer.header("transport").c_str());
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(answer.session())).status, 200);
    ck_assert(pair.rtp.receive().has_value());
    ck_assert(victim.is_empty());
}
END_TEST

START_TEST(test_setup_refuses_more_sessions_than_a_connection_may_have) {
    LiveServer live;
    RtspPeer peer = live.connect();
    int made = 0;
    while (made < 1000 && peer.request("SETUP", peer.uri("/test/stream=0"), test::udp_transport(5000)).status == 200)
        ++made;
    ck_assert_int_eq(made, 64);
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=0"), test::udp_transport(5000)).status, 503);
}
END_TEST

START_TEST(test_play_range_is_from_now_on) {
    LiveServer live;
    live.gop();
    const struct {
        const char *range;
        int status;
    } kCases[] = {
        {"npt=0-", 200},
        {"npt=now-", 200},
        {"npt=10-20", 200},
        {"npt=nonsense", 457},
        {"clock=19961108T143720.25Z-", 457},
        {"smpte=0:10:20-", 457},
        {"frames=1-", 501},
    };
    for (const auto &test : kCases) {
        RtspPeer peer = live.connect();
        const std::string session = test::set_up_tcp(peer);
        const auto answer = peer.request("PLAY", peer.uri("/test"),
                                         "Range: " + std::string(test.range) + "\r\n" + session_header(session));
        ck_assert_msg(answer.status == test.status, "%s: %d", test.range, answer.status);
        if (test.status == 200)
            test::assert_text(answer.header("range"), "npt=now-");
    }
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite("request_handler",
                           {
                               test_request_every_operation_in_every_state,
                               test_request_with_a_session_that_is_none_is_refused,
                               test_request_session_ends_with_its_last_stream,
                               test_request_what_is_wrong_has_its_status,
                               test_request_without_cseq_is_a_bad_one,
                               test_request_options_tells_what_there_is,
                               test_request_unknown_option_is_named,
                               test_request_parameters_are_not_understood_but_named,
                               test_describe_gives_the_presentation_under_every_spelling,
                               test_describe_names_the_family_of_the_connection,
                               test_setup_answers_the_first_transport_that_is_served,
                               test_setup_gives_channels_that_are_free,
                               test_setup_keeps_a_session_to_one_lower_transport_and_one_presentation,
                               test_setup_may_change_the_transport_of_the_only_stream,
                               test_setup_of_what_is_not_allowed_is_461,
                               test_setup_of_the_only_stream_needs_no_control_url,
                               test_setup_does_not_send_to_another_destination,
                               test_setup_refuses_more_sessions_than_a_connection_may_have,
                               test_play_range_is_from_now_on,
                           });
}

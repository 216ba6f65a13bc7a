// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/check_suite.h"
#include "support/secure_server.h"
#include "support/secure_viewer.h"

using namespace rtspcore;
using server::SrtpMode;
using test::EarlyServer;
using test::KeyForm;
using test::RtspPeer;
using test::SecureServer;
using test::SecureViewer;

namespace {

unsigned count(const std::string &text, const std::string &part) {
    unsigned found = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

}  // namespace

START_TEST(test_description_tells_a_key_of_each_stream_in_both_forms) {
    EarlyServer server;
    SecureViewer viewer(server.live.port());
    viewer.describe();
    ck_assert_uint_eq(count(viewer.description(), " RTP/SAVP "), 2);
    const auto mikey = viewer.keys();
    const auto crypto = test::told_keys(viewer.description(), KeyForm::Crypto);
    for (unsigned stream = 0; stream < 2; ++stream) {
        ck_assert(mikey[stream].key == crypto[stream].key);
        ck_assert_uint_eq(mikey[stream].ssrc, test::kVideoSsrc + stream);
        ck_assert_uint_eq(mikey[stream].rollovers, 0);
    }
    ck_assert_msg(!(mikey[0].key == mikey[1].key), "each has its own");
    viewer.describe();
    ck_assert_msg(viewer.keys() == mikey, "who comes while they are good shares them");
}
END_TEST

// Keys are told over TLS only, and where the URL asks for them, or everybody gets them.
START_TEST(test_description_tells_keys_where_they_are_to_be_had) {
    const struct {
        SrtpMode mode;
        bool secure;
        const char *path;
        bool told;
    } kCases[] = {
        {SrtpMode::Off, true, "/test", false},
        {SrtpMode::Off, true, "/test?srtp", false},
        {SrtpMode::Optional, true, "/test", false},
        {SrtpMode::Optional, true, "/test?srtp", true},
        {SrtpMode::Optional, true, "/test?a&srtp=1", true},
        {SrtpMode::Optional, true, "/test?nosrtp", false},
        {SrtpMode::Optional, false, "/test?srtp", false},
        {SrtpMode::Required, true, "/test", true},
    };
    for (const auto &test : kCases) {
        const SecureServer server(test.mode);
        RtspPeer peer = test.secure ? server.connect() : server.live.connect();
        const auto answer = peer.request("DESCRIBE", peer.uri(test.path));
        ck_assert_int_eq(answer.status, 200);
        for (const char *part : {" RTP/SAVP ", "a=key-mgmt:mikey ", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"})
            ck_assert_msg(count(answer.body, part) == (test.told ? 2U : 0U), "mode %d, %s: %s",
                          static_cast<int>(test.mode), test.path, answer.body.c_str());
    }
}
END_TEST

namespace {

struct Refusal {
    SrtpMode mode;
    bool secure;
    const char *described;  // path; null: nothing
    const char *transport;
    int status;
};

constexpr char kUdpSavp[] = "RTP/SAVP;unicast;client_port=5000-5001";
constexpr char kUdpAvp[] = "RTP/AVP;unicast;client_port=5000-5001";
constexpr char kTcpSavp[] = "RTP/SAVP/TCP;unicast;interleaved=0-1";
constexpr char kTcpAvp[] = "RTP/AVP/TCP;unicast;interleaved=0-1";

}  // namespace

START_TEST(test_setup_needs_what_was_described) {
    const Refusal kCases[] = {
        {SrtpMode::Off, true, "/test?srtp", kUdpSavp, 461},
        {SrtpMode::Off, true, "/test?srtp", kTcpSavp, 461},
        {SrtpMode::Off, true, "/test", kUdpAvp, 461},
        {SrtpMode::Off, true, "/test", kTcpAvp, 200},
        {SrtpMode::Off, false, "/test", kUdpAvp, 200},
        {SrtpMode::Optional, true, nullptr, kUdpSavp, 461},
        {SrtpMode::Optional, true, nullptr, kTcpSavp, 461},
        {SrtpMode::Optional, true, nullptr, kUdpAvp, 461},
        {SrtpMode::Optional, true, nullptr, kTcpAvp, 200},
        {SrtpMode::Optional, true, "/test", kUdpSavp, 461},
        {SrtpMode::Optional, true, "/test", kUdpAvp, 461},
        {SrtpMode::Optional, true, "/test?srtp", kUdpSavp, 200},
        {SrtpMode::Optional, true, "/test?srtp", "RTP/SAVPF;unicast;client_port=5000-5001", 200},
        {SrtpMode::Optional, true, "/test?srtp", kTcpSavp, 200},
        {SrtpMode::Optional, true, "/test?srtp", kUdpAvp, 200},
        {SrtpMode::Optional, true, "/test?srtp", "RTP/SAVP;multicast", 461},
        {SrtpMode::Optional, false, "/test?srtp", kUdpSavp, 461},
        {SrtpMode::Optional, false, "/test?srtp", kTcpSavp, 461},
        {SrtpMode::Optional, false, "/test?srtp", kUdpAvp, 200},
        {SrtpMode::Required, true, nullptr, kUdpSavp, 461},
        {SrtpMode::Required, true, nullptr, kTcpSavp, 461},
        {SrtpMode::Required, true, nullptr, kTcpAvp, 461},
        {SrtpMode::Required, true, "/test", kUdpAvp, 200},
        {SrtpMode::Required, true, "/test", "RTP/SAVP;multicast,RTP/SAVP/TCP;interleaved=0-1", 200},
    };
    for (const Refusal &test : kCases) {
        const SecureServer server(test.mode);
        RtspPeer peer = test.secure ? server.connect() : server.live.connect();
        if (test.described)
            ck_assert_int_eq(peer.request("DESCRIBE", peer.uri(test.described)).status, 200);
        const std::string header = "Transport: " + std::string(test.transport) + "\r\n";
        const auto answer = peer.request("SETUP", peer.uri("/test/stream=0"), header);
        ck_assert_msg(answer.status == test.status, "mode %d, described %s, %s: %d", static_cast<int>(test.mode),
                      test.described ? test.described : "nothing", test.transport, answer.status);
        ck_assert_uint_eq(server.live.server->statistics().sessions.load(), test.status == 200 ? 1 : 0);
    }
}
END_TEST

START_TEST(test_required_refuses_who_does_not_speak_tls) {
    const SecureServer server(SrtpMode::Required);
    for (const char *method : {"OPTIONS", "DESCRIBE", "SETUP"}) {
        RtspPeer peer = server.live.connect();
        const std::string header = "Transport: " + std::string(kTcpSavp) + "\r\n";
        const auto answer = peer.request(method, peer.uri("/test"), header);
        ck_assert_msg(answer.status == 403 && answer.body.empty(), "%s: %d", method, answer.status);
        ck_assert(peer.is_closed_by_server());
    }
}
END_TEST

START_TEST(test_key_management_that_cannot_be_read_is_463) {
    const std::string uri = "uri=\"rtsp://localhost/test\"";
    const std::string kHeaders[] = {
        "",
        "prot=mikey",
        "prot=mikey;" + uri + ";data=\"\"",
        "prot=mikey;" + uri + ";data=\"AQAF\"",
        "prot=mikey;" + uri + ";data=\"!\"",
        "prot=mikey;data=\"" + std::string(8000, 'A') + "\"",
        "prot=other;" + uri + ";data=\"AQAFAAAAAAAA\"",
        ";,\"",
        std::string(2000, ','),
    };
    const SecureServer server(SrtpMode::Required);
    RtspPeer peer = server.connect();
    ck_assert_int_eq(peer.request("DESCRIBE", peer.uri("/test")).status, 200);
    const std::string transport = "Transport: " + std::string(kTcpSavp) + "\r\n";
    for (const std::string &header : kHeaders) {
        const std::string headers = transport + "KeyMgmt: " + header + "\r\n";
        const auto answer = peer.request("SETUP", peer.uri("/test/stream=0"), headers);
        ck_assert_msg(answer.status == 463, "%.60s: %d", header.c_str(), answer.status);
    }
    ck_assert_uint_eq(server.live.server->statistics().sessions.load(), 0);
    ck_assert_int_eq(peer.request("SETUP", peer.uri("/test/stream=0"), transport).status, 200);
}
END_TEST

START_TEST(test_streams_of_a_session_have_the_keys_of_one_description) {
    EarlyServer server(SrtpMode::Optional);
    SecureViewer viewer(server.live.port(),
                        {"described twice", KeyForm::Mikey, test::SrtpWay::Over::Tcp, "RTP/SAVP", true, "?srtp"});
    viewer.describe();
    ck_assert_int_eq(viewer.set_up(0).status, 200);
    auto &peer = viewer.peer();
    ck_assert_int_eq(peer.request("DESCRIBE", peer.uri("/test")).status, 200);  // tells none
    const std::string headers = "Transport: RTP/AVP/TCP;interleaved=2-3\r\n" + test::session_header(viewer.session());
    ck_assert_int_eq(peer.request("SETUP", viewer.stream_uri(1), headers).status, 461);
    viewer.describe();
    ck_assert_int_eq(viewer.set_up(1).status, 200);
    viewer.play();
    test::assert_as_sent("described twice", viewer.next_rtp(0), 0);
    test::assert_as_sent("described twice", viewer.next_rtp(1), 1);
}
END_TEST

// The other server knows of no SRTP.
START_TEST(test_required_hands_nobody_over_to_another_server) {
    for (const auto &[mode, status] : {std::pair(SrtpMode::Required, 404), std::pair(SrtpMode::Optional, 0)}) {
        const SecureServer server(mode);
        auto taken = std::make_shared<std::atomic<int>>(0);
        server.live.server->set_fallback(
            std::make_shared<const server::Fallback>([taken](server::HandedOver) { ++*taken; }));
        RtspPeer peer = server.connect();
        peer.send_request("DESCRIBE", peer.uri("/file"));
        ck_assert_int_eq(peer.response().status, status);
        ck_assert_int_eq(*taken, status == 404 ? 0 : 1);
    }
}
END_TEST

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    return test::run_suite(
        "srtp_requests", {test_description_tells_a_key_of_each_stream_in_both_forms,
                          test_description_tells_keys_where_they_are_to_be_had, test_setup_needs_what_was_described,
                          test_required_refuses_who_does_not_speak_tls, test_key_management_that_cannot_be_read_is_463,
                          test_streams_of_a_session_have_the_keys_of_one_description,
                          test_required_hands_nobody_over_to_another_server});
}

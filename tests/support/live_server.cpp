// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/live_server.h"

#include <check.h>

namespace rtspcore::test {

namespace {

std::shared_ptr<server::Server> open(const server::ServerConfig &config) {
    auto opened = server::Server::open(config);
    ck_assert_msg(opened.ok(), "no server: %s", opened.ok() ? "" : opened.error().message.c_str());
    return *opened;
}

}  // namespace

LiveServer::LiveServer(const server::ServerConfig &config, const media::MountConfig &mount_config)
    : server(open(config)), mount(media::Mount::create("/test", mount_config)) {
    video = mount->add_track(video_config([requests = key_requests_, this] {
        ++*requests;
        return encoder_listens;
    }));
    audio = mount->add_track(audio_config());
    ck_assert(server->mounts().add(this, mount, true).ok());
}

std::chrono::milliseconds LiveServer::now_since_start() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(monotonic_now() - kStart);
}

void LiveServer::video_unit(bool key, size_t packets) {
    newest_video_ = make_batch({.made = now_since_start() - age,
                                .time = video_time_,
                                .sequence = static_cast<uint16_t>(video_number_),
                                .key = key,
                                .packets = packets,
                                .cycle = static_cast<uint32_t>(video_number_ >> 16),
                                .run = video_run_});
    video_number_ += packets;
    video_time_ += kVideoFrame;
    video->publish(newest_video_);
}

void LiveServer::sound() {
    audio->publish(make_batch({.track = 1,
                               .made = now_since_start() - age,
                               .time = audio_time_,
                               .sequence = audio_sequence_++,
                               .key = true,
                               .dependent = false}));
    audio_time_ += kAudioFrame;
}

void LiveServer::gop(int pictures) {
    key_unit(3);
    for (int i = 0; i < pictures; ++i) {
        sound();
        picture();
    }
}

std::string tcp_transport(unsigned stream) {
    return "Transport: RTP/AVP/TCP;unicast;interleaved=" + std::to_string(2 * stream) + "-" +
           std::to_string(2 * stream + 1) + "\r\n";
}

std::string udp_transport(uint16_t rtp_port) {
    return "Transport: RTP/AVP;unicast;client_port=" + std::to_string(rtp_port) + "-" + std::to_string(rtp_port + 1) +
           "\r\n";
}

std::string session_header(const std::string &session) {
    return session.empty() ? std::string() : "Session: " + session + "\r\n";
}

namespace {

std::string set_up(RtspPeer &peer, const std::vector<std::string> &transports) {
    std::string session;
    for (size_t stream = 0; stream < transports.size(); ++stream) {
        const auto answer = peer.request("SETUP", peer.uri("/test/stream=" + std::to_string(stream)),
                                         transports[stream] + session_header(session));
        ck_assert_int_eq(answer.status, 200);
        session = answer.session();
    }
    return session;
}

}  // namespace

std::string set_up_udp(RtspPeer &peer, const std::vector<DatagramPair> &pairs) {
    std::vector<std::string> transports;
    for (const DatagramPair &pair : pairs)
        transports.push_back(udp_transport(pair.rtp.port()));
    return set_up(peer, transports);
}

std::string set_up_tcp(RtspPeer &peer, unsigned count) {
    std::vector<std::string> transports;
    for (unsigned stream = 0; stream < count; ++stream)
        transports.push_back(tcp_transport(stream));
    return set_up(peer, transports);
}

std::string play_tcp(RtspPeer &peer, unsigned count) {
    const std::string session = set_up_tcp(peer, count);
    ck_assert_int_eq(peer.request("PLAY", peer.uri("/test"), session_header(session)).status, 200);
    return session;
}

}  // namespace rtspcore::test

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/server.h"
#include "support/datagram_socket.h"
#include "support/rtp_units.h"
#include "support/rtsp_peer.h"
#include "support/tracks.h"

namespace rtspcore::test {

inline constexpr rtp::RtpTime kVideoFrame = 3000;  // 30 pictures a second at 90 kHz
inline constexpr rtp::RtpTime kAudioFrame = 160;   // 50 packets a second at 8 kHz

inline server::ServerConfig local_config(unsigned io_threads = 1) {
    server::ServerConfig config;
    config.address = "127.0.0.1";
    config.port = 0;
    config.io_threads = io_threads;
    config.server_name = "test";
    return config;
}

// For tests that let PLAY wait for what they publish.
inline media::MountConfig patient(media::MountConfig config) {
    config.first_unit_wait = config.key_unit_wait = std::chrono::seconds(10);
    return config;
}

// A server on a free port of loopback, and one mount `/test` with video (stream 0) and audio (stream 1) to which the
// test publishes by hand.
class LiveServer {
public:
    explicit LiveServer(const server::ServerConfig &config = local_config(), const media::MountConfig &mount = {});

    [[nodiscard]] uint16_t port() const { return server->port(); }
    [[nodiscard]] RtspPeer connect() const { return RtspPeer(port()); }

    void key_unit(size_t packets = 1) { video_unit(true, packets); }
    void picture(size_t packets = 1) { video_unit(false, packets); }
    void sound();
    // The number of the next packet of video.
    void count_video_from(rtp::ExtendedSequence number) { video_number_ = number; }
    // The sender of video begins anew, as an RTP source does that was restarted.
    void restart_video(rtp::ExtendedSequence number) {
        video_number_ = number;
        ++video_run_;
    }
    // A key unit, some pictures and some sound.
    void gop(int pictures = 5);

    [[nodiscard]] const media::SharedBatch &newest_video() const { return newest_video_; }
    // The time as `Unit::made` tells it.
    [[nodiscard]] static std::chrono::milliseconds now_since_start();
    // How often the encoder was asked for a key unit. It does not answer by itself.
    [[nodiscard]] int key_requests() const { return *key_requests_; }

    // First of all what goes last.
    std::shared_ptr<server::Server> server;
    std::shared_ptr<media::Mount> mount;
    std::shared_ptr<media::Track> video;
    std::shared_ptr<media::Track> audio;
    bool encoder_listens = true;
    std::chrono::milliseconds age{0};  // of what is published

private:
    void video_unit(bool key, size_t packets);

    std::shared_ptr<std::atomic<int>> key_requests_ = std::make_shared<std::atomic<int>>(0);
    rtp::ExtendedSequence video_number_ = 0x10000 + 65'500;
    uint64_t video_run_ = 1;
    rtp::RtpTime video_time_ = 0u - 20 * kVideoFrame;
    uint16_t audio_sequence_ = 100;
    rtp::RtpTime audio_time_ = 7'000;
    media::SharedBatch newest_video_;
};

// "Transport: ..." of SETUP for that stream over TCP.
std::string tcp_transport(unsigned stream);
std::string udp_transport(uint16_t rtp_port);
std::string session_header(const std::string &session);

// SETUP of the streams [0, pairs) of /test over UDP; the session's id.
std::string set_up_udp(RtspPeer &peer, const std::vector<DatagramPair> &pairs);
// SETUP of the streams [0, count) of /test over TCP; the session's id.
std::string set_up_tcp(RtspPeer &peer, unsigned count = 2);
// The same, and PLAY.
std::string play_tcp(RtspPeer &peer, unsigned count = 2);

}  // namespace rtspcore::test

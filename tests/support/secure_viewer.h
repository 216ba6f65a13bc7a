// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "support/check_suite.h"
#include "support/datagram_socket.h"
#include "support/rtsp_peer.h"
#include "support/secure_server.h"
#include "support/srtp_client.h"

namespace rtspcore::test {

// How a client takes SRTP.
struct SrtpWay {
    const char *name = "MIKEY over TCP";
    KeyForm keys = KeyForm::Mikey;
    enum class Over : uint8_t { Tcp, Udp, Multicast } over = Over::Tcp;
    const char *profile = "RTP/SAVP";
    bool speaks = true;  // tells the key of what it says
    std::string query = {};
};

// A viewer that is described keys over TLS, and sent SRTP inside that connection or in datagrams; groups are joined on
// loopback. What it is sent has
// to be authentic; what it waits for has a deadline.
class SecureViewer {
public:
    explicit SecureViewer(uint16_t port, SrtpWay way = {}, std::string path = "/test");

    // DESCRIBE. Takes the keys for what is received from here on.
    void describe();
    RtspPeer::Response set_up(unsigned stream);
    // All of the streams that were described; has to be granted.
    void set_up();
    RtspPeer::Response ask(const char *method);
    void play();  // has to be granted

    // Decrypted.
    std::vector<uint8_t> next_rtp(unsigned stream);
    std::vector<uint8_t> next_rtcp(unsigned stream);
    // As it was sent.
    std::vector<uint8_t> next_sealed_rtp(unsigned stream) { return next(stream, false); }
    // SRTCP of what this viewer says.
    std::vector<uint8_t> sealed(std::span<const uint8_t> compound);
    // As it is, from where the stream's RTCP is received, or to the group.
    void send_rtcp(unsigned stream, std::span<const uint8_t> bytes);

    [[nodiscard]] const std::string &description() const { return description_; }
    [[nodiscard]] const std::vector<ToldKey> &keys() const { return keys_; }
    [[nodiscard]] SrtpDecoder &decoder(unsigned stream) { return decoders_[stream]; }
    [[nodiscard]] const std::string &session() const { return session_; }
    [[nodiscard]] net::SocketAddress server_rtcp(unsigned stream) const;
    [[nodiscard]] std::string stream_uri(unsigned stream) const;
    RtspPeer &peer() { return peer_; }

private:
    [[nodiscard]] std::string transport(unsigned stream);
    [[nodiscard]] std::string answered(unsigned stream, const std::string &name) const;
    void join(unsigned stream);
    std::vector<uint8_t> next(unsigned stream, bool rtcp);

    SrtpWay way_;
    std::string path_;
    RtspPeer peer_;
    std::string description_;
    std::vector<ToldKey> keys_;
    std::vector<SrtpDecoder> decoders_;
    rtp::SrtpKey own_key_ = rtp::SrtpKey::random();
    rtp::SrtpSender sender_{own_key_};
    std::string session_;
    std::map<unsigned, std::string> answered_;  // Transport, by stream
    std::map<unsigned, DatagramPair> pairs_;
    std::map<unsigned, std::deque<std::vector<uint8_t>>> frames_;  // by channel, not yet asked for
};

inline constexpr rtp::Ssrc kVideoSsrc = 0x5ead0000;  // of make_batch(); that of sound is the next
inline constexpr uint8_t kSenderReport = 200;

// The ways in which a client can take SRTP. ffmpeg takes a=crypto and says RTP/AVP nevertheless.
extern const std::vector<SrtpWay> kSrtpWays;

// Of a server that sends the packets of make_batch(): what it sent under that number.
void assert_as_sent(const char *name, const std::vector<uint8_t> &packet, unsigned stream);
// Of the video stream.
std::vector<uint8_t> receiver_report(uint8_t lost);
// On to the next cycle of video's numbers, in strides that a receiver can follow.
void cross_the_wrap(SecureServer &server, SecureViewer &witness);

}  // namespace rtspcore::test

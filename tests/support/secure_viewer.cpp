// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/secure_viewer.h"

#include <check.h>

#include <utility>

#include "rtp/big_endian.h"
#include "support/group_member.h"
#include "support/rtp_units.h"

namespace rtspcore::test {

SecureViewer::SecureViewer(uint16_t port, SrtpWay way, std::string path)
    : way_(std::move(way)), path_(std::move(path)), peer_(RtspPeer::secure(port)) {}

std::string SecureViewer::stream_uri(unsigned stream) const {
    return peer_.uri(path_ + "/stream=" + std::to_string(stream));
}

void SecureViewer::describe() {
    const auto answer = peer_.request("DESCRIBE", peer_.uri(path_ + way_.query));
    ck_assert_int_eq(answer.status, 200);
    description_ = answer.body;
    keys_ = told_keys(description_, way_.keys);
    decoders_.clear();
    for (const ToldKey &key : keys_)
        decoders_.emplace_back(key);
}

std::string SecureViewer::transport(unsigned stream) {
    const std::string profile = way_.profile;
    if (way_.over == SrtpWay::Over::Multicast)
        return profile + ";multicast";
    if (way_.over == SrtpWay::Over::Tcp)
        return profile + "/TCP;unicast;interleaved=" + std::to_string(2 * stream) + "-" +
               std::to_string(2 * stream + 1);
    if (!pairs_.contains(stream))
        pairs_.emplace(stream, DatagramPair::open());
    const uint16_t port = pairs_.at(stream).rtp.port();
    return profile + ";unicast;client_port=" + std::to_string(port) + "-" + std::to_string(port + 1);
}

RtspPeer::Response SecureViewer::set_up(unsigned stream) {
    std::string headers = "Transport: " + transport(stream) + "\r\n";
    if (way_.speaks)
        headers += key_mgmt(stream_uri(stream), own_key_);
    if (!session_.empty())
        headers += "Session: " + session_ + "\r\n";
    auto answer = peer_.request("SETUP", stream_uri(stream), headers);
    if (answer.status == 200) {
        session_ = answer.session();
        answered_[stream] = answer.header("transport");
        if (way_.over == SrtpWay::Over::Multicast)
            join(stream);
    }
    return answer;
}

// What stands behind the name in the Transport that was answered.
std::string SecureViewer::answered(unsigned stream, const std::string &name) const {
    const std::string &transport = answered_.at(stream);
    const size_t begin = transport.find(";" + name + "=");
    ck_assert_msg(begin != std::string::npos, "no %s: %s", name.c_str(), transport.c_str());
    const size_t value = begin + name.size() + 2;
    return transport.substr(value, transport.find(';', value) - value);
}

void SecureViewer::join(unsigned stream) {
    if (pairs_.contains(stream))
        return;
    const std::string group = answered(stream, "destination");
    const auto port = static_cast<uint16_t>(std::stoi(answered(stream, "port")));
    pairs_.emplace(stream, DatagramPair{join_group(group, port), join_group(group, static_cast<uint16_t>(port + 1))});
}

void SecureViewer::set_up() {
    for (unsigned stream = 0; stream < keys_.size(); ++stream)
        ck_assert_int_eq(set_up(stream).status, 200);
}

RtspPeer::Response SecureViewer::ask(const char *method) {
    return peer_.request(method, peer_.uri(path_), "Session: " + session_ + "\r\n");
}

void SecureViewer::play() {
    ck_assert_int_eq(ask("PLAY").status, 200);
}

std::vector<uint8_t> SecureViewer::next(unsigned stream, bool rtcp) {
    if (way_.over != SrtpWay::Over::Tcp) {
        DatagramPair &pair = pairs_.at(stream);
        const auto datagram = rtcp ? pair.rtcp.receive() : pair.rtp.receive();
        ck_assert_msg(datagram.has_value(), "%s: no datagram", way_.name);
        return datagram->bytes;
    }
    auto &queue = frames_[2 * stream + (rtcp ? 1 : 0)];
    while (queue.empty()) {
        auto frame = peer_.frame();
        ck_assert_msg(frame.has_value(), "%s: no interleaved packet", way_.name);
        frames_[frame->channel].push_back(std::move(frame->bytes));
    }
    auto bytes = std::move(queue.front());
    queue.pop_front();
    return bytes;
}

std::vector<uint8_t> SecureViewer::next_rtp(unsigned stream) {
    auto plain = decoders_.at(stream).rtp(next(stream, false));
    ck_assert_msg(!plain.empty(), "%s: a packet that cannot be decrypted", way_.name);
    return plain;
}

std::vector<uint8_t> SecureViewer::next_rtcp(unsigned stream) {
    auto plain = decoders_.at(stream).rtcp(next(stream, true));
    ck_assert_msg(!plain.empty(), "%s: a report that cannot be decrypted", way_.name);
    return plain;
}

std::vector<uint8_t> SecureViewer::sealed(std::span<const uint8_t> compound) {
    const auto sealed = sender_.protect_rtcp(compound);
    return {sealed.begin(), sealed.end()};
}

net::SocketAddress SecureViewer::server_rtcp(unsigned stream) const {
    const bool is_group = way_.over == SrtpWay::Over::Multicast;
    const std::string ports = answered(stream, is_group ? "port" : "server_port");
    const int port = std::stoi(ports.substr(ports.find('-') + 1));
    return *net::SocketAddress::parse(is_group ? answered(stream, "destination") : "127.0.0.1",
                                      static_cast<uint16_t>(port));
}

void SecureViewer::send_rtcp(unsigned stream, std::span<const uint8_t> bytes) {
    if (way_.over == SrtpWay::Over::Udp)
        return pairs_.at(stream).rtcp.send(server_rtcp(stream), bytes);
    if (way_.over == SrtpWay::Over::Multicast)
        return loopback_sender().send(server_rtcp(stream), bytes);
    std::string frame{'$', static_cast<char>(2 * stream + 1), static_cast<char>(bytes.size() >> 8),
                      static_cast<char>(bytes.size())};
    frame.append(bytes.begin(), bytes.end());
    peer_.send(frame);
}

const std::vector<SrtpWay> kSrtpWays = {
    {"MIKEY over TCP", KeyForm::Mikey, SrtpWay::Over::Tcp, "RTP/SAVP", true},
    {"MIKEY over UDP", KeyForm::Mikey, SrtpWay::Over::Udp, "RTP/SAVP", true},
    {"MIKEY with feedback over TCP", KeyForm::Mikey, SrtpWay::Over::Tcp, "RTP/SAVPF", true},
    {"MIKEY with feedback over UDP", KeyForm::Mikey, SrtpWay::Over::Udp, "RTP/SAVPF", true},
    {"MIKEY over UDP without a key of its own", KeyForm::Mikey, SrtpWay::Over::Udp, "RTP/SAVP", false},
    {"SDES over TCP", KeyForm::Crypto, SrtpWay::Over::Tcp, "RTP/AVP", false},
    {"SDES over UDP", KeyForm::Crypto, SrtpWay::Over::Udp, "RTP/AVP", false},
    {"SDES over UDP, as RFC 4568 has it", KeyForm::Crypto, SrtpWay::Over::Udp, "RTP/SAVP", false},
};

void assert_as_sent(const char *name, const std::vector<uint8_t> &packet, unsigned stream) {
    ck_assert_msg(packet.size() >= rtp::kFixedHeaderSize, "%s: %zu bytes", name, packet.size());
    const std::vector<uint8_t> sent = rtp_packet({.sequence = rtp::load_u16(packet, 2),
                                                  .time = rtp::load_u32(packet, 4),
                                                  .ssrc = kVideoSsrc + stream,
                                                  .marker = (packet[1] & 0x80) != 0});
    ck_assert_msg(packet == sent, "%s: packet %u of stream %u", name, rtp::load_u16(packet, 2), stream);
}

std::vector<uint8_t> receiver_report(uint8_t lost) {
    return {0x81, 201, 0, 7, 0, 0, 0, 9, 0x5e, 0xad, 0, 0, 0, 0, 0, lost,
            0,    0,   0, 0, 0, 0, 0, 0, 0,    0,    0, 0, 0, 0, 0, 0};
}

void cross_the_wrap(SecureServer &server, SecureViewer &witness) {
    for (const uint32_t number : {20'000, 40'000, 60'000, 80'000}) {
        server.live.count_video_from(kCycle + number);
        server.live.key_unit();
        while (rtp::load_u16(witness.next_rtp(0), 2) != static_cast<uint16_t>(number)) {
        }
    }
}

}  // namespace rtspcore::test

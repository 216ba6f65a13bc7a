// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/load/rtsp_dialogue.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <sstream>

namespace rtspcore::test {

namespace {

// A viewer on a busy machine must not be the one that loses packets: seconds of a usual stream.
constexpr int kUdpReceiveBuffer = 8 * 1024 * 1024;

sockaddr_in loopback(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

UniqueFd udp_socket(uint16_t port) {
    UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    // The first needs a privilege and then goes beyond the system's limit.
    if (setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kUdpReceiveBuffer, sizeof kUdpReceiveBuffer) != 0)
        setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kUdpReceiveBuffer, sizeof kUdpReceiveBuffer);
    const sockaddr_in address = loopback(port);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        fd.reset();
    return fd;
}

uint16_t port_of(int fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(fd, reinterpret_cast<sockaddr *>(&address), &size);
    return ntohs(address.sin_port);
}

// As players do, so that a NAT on the way, and the server, know the port (an empty RTP header and receiver report).
void punch(const UdpSockets &udp, uint16_t server_port) {
    const uint8_t rtp[12] = {0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const uint8_t rtcp[8] = {0x80, 201, 0, 1, 0, 0, 0, 0};
    sockaddr_in address = loopback(server_port);
    sendto(udp.rtp.get(), rtp, sizeof rtp, 0, reinterpret_cast<sockaddr *>(&address), sizeof address);
    address = loopback(static_cast<uint16_t>(server_port + 1));
    sendto(udp.rtcp.get(), rtcp, sizeof rtcp, 0, reinterpret_cast<sockaddr *>(&address), sizeof address);
}

}  // namespace

UdpSockets UdpSockets::open() {
    constexpr int kTries = 100;
    for (int i = 0; i < kTries; ++i) {
        UdpSockets pair;
        pair.rtp = udp_socket(0);
        pair.port = pair.rtp ? port_of(pair.rtp.get()) : 1;
        if (pair.port % 2 != 0)
            continue;
        pair.rtcp = udp_socket(static_cast<uint16_t>(pair.port + 1));
        if (pair.rtcp)
            return pair;
    }
    return {};
}

RtspDialogue::RtspDialogue(uint16_t port, std::string path, Transport transport)
    : port_(port), transport_(transport), url_("rtsp://127.0.0.1:" + std::to_string(port) + std::move(path)) {}

bool RtspDialogue::connect(const RtspLink::Options &options) {
    link_ = RtspLink::open(port_, options);
    return link_.has_value();
}

bool RtspDialogue::begin(const RtspLink::Options &options) {
    return connect(options) && describe() && set_up() && play();
}

bool RtspDialogue::describe() {
    const auto reply = ask("DESCRIBE", url_, "Accept: application/sdp\r\n");
    if (!reply || reply->status != 200)
        return false;
    read_description(*reply);
    return !streams_.empty();
}

void RtspDialogue::read_description(const Reply &reply) {
    base_ = reply.header("Content-Base");
    if (base_.empty())
        base_ = url_ + "/";
    streams_.clear();
    std::istringstream lines(reply.body);
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r'))
            line.pop_back();
        if (line.starts_with("m="))
            streams_.emplace_back();
        if (streams_.empty())
            continue;
        DescribedStream &stream = streams_.back();
        if (line.starts_with("a=control:"))
            stream.control = line.substr(line.find(':') + 1);
        if (!stream.control.empty() && !stream.control.starts_with("rtsp:"))
            stream.control.insert(0, base_ + (base_.ends_with('/') ? "" : "/"));
        if (line.starts_with("a=rtpmap:")) {
            stream.is_h264 = line.find(" H264/") != std::string::npos;
            stream.clock_rate = static_cast<unsigned>(std::atoi(line.c_str() + line.find('/') + 1));
        }
    }
}

bool RtspDialogue::set_up() {
    size_t number = 0;
    for (DescribedStream &stream : streams_)
        if (!set_up(stream, number++))
            return false;
    return true;
}

bool RtspDialogue::set_up(DescribedStream &stream, size_t number) {
    std::string transport =
        "RTP/AVP/TCP;unicast;interleaved=" + std::to_string(2 * number) + "-" + std::to_string(2 * number + 1);
    if (transport_ == Transport::Udp) {
        stream.udp = UdpSockets::open();
        transport = "RTP/AVP;unicast;client_port=" + std::to_string(stream.udp.port) + "-" +
                    std::to_string(stream.udp.port + 1);
    }
    const auto reply = ask("SETUP", stream.control, "Transport: " + transport + "\r\n");
    if (!reply || reply->status != 200)
        return false;
    if (session_.empty())
        session_ = reply->header("Session").substr(0, reply->header("Session").find(';'));
    const std::string answer = reply->header("Transport");
    if (const size_t ports = answer.find("server_port="); ports != std::string::npos)
        stream.server_port = static_cast<uint16_t>(std::atoi(answer.c_str() + ports + 12));
    if (transport_ == Transport::Udp)
        punch(stream.udp, stream.server_port);
    return true;
}

bool RtspDialogue::play() {
    return succeeds("PLAY", base_, "");
}

bool RtspDialogue::tear_down() {
    return succeeds("TEARDOWN", base_, "");
}

bool RtspDialogue::succeeds(std::string_view method, const std::string &url, const std::string &headers) {
    const auto reply = ask(method, url, headers);
    return reply && reply->status == 200;
}

bool RtspDialogue::send(std::string_view method) {
    return link_->send(request(method, base_.empty() ? url_ : base_, ""));
}

std::string RtspDialogue::request(std::string_view method, const std::string &url, const std::string &headers) {
    std::string text(method);
    text += " " + url + " RTSP/1.0\r\nCSeq: " + std::to_string(++cseq_) + "\r\n";
    if (!session_.empty())
        text += "Session: " + session_ + "\r\n";
    return text + headers + "\r\n";
}

std::optional<Reply> RtspDialogue::ask(std::string_view method, const std::string &url, const std::string &headers) {
    refusal_ = 0;
    if (!link_ || !link_->send(request(method, url, headers)))
        return std::nullopt;
    auto reply = await_reply();
    refusal_ = reply ? reply->status : 0;
    return reply;
}

std::optional<Reply> RtspDialogue::await_reply() {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
        auto item = link_->next();
        if (auto *reply = std::get_if<Reply>(&item))
            return std::move(*reply);
        if (const auto *packet = std::get_if<InterleavedPacket>(&item)) {
            if (on_packet_)
                on_packet_(*packet);
            continue;
        }
        if (link_->receive(std::chrono::milliseconds(100)) == RtspLink::Progress::Closed)
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace rtspcore::test

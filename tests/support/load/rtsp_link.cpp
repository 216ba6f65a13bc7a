// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/load/rtsp_link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace rtspcore::test {

namespace {

constexpr size_t kReadSize = 256 * 1024;

sockaddr_in address_of(const char *host, uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, host, &address.sin_addr);
    return address;
}

bool bind_to(int fd, const char *host) {
    const sockaddr_in source = address_of(host, 0);
    const int on = 1;
    // The port is chosen when it connects: thousands of connections do not run out of ports.
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    return ::bind(fd, reinterpret_cast<const sockaddr *>(&source), sizeof source) == 0;
}

}  // namespace

std::string Reply::header(std::string_view name) const {
    size_t begin = head.find("\r\n");
    while (begin != std::string::npos) {
        begin += 2;
        const size_t end = head.find("\r\n", begin);
        const std::string line = head.substr(begin, end == std::string::npos ? end : end - begin);
        const size_t colon = line.find(':');
        if (colon == name.size() && strncasecmp(line.data(), name.data(), colon) == 0) {
            const size_t value = line.find_first_not_of(' ', colon + 1);
            return value == std::string::npos ? std::string() : line.substr(value);
        }
        begin = end;
    }
    return {};
}

std::optional<RtspLink> RtspLink::open(uint16_t port, const Options &options) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd || !bind_to(fd.get(), options.source))
        return std::nullopt;
    if (options.receive_buffer > 0)
        setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof options.receive_buffer);
    const sockaddr_in server = address_of("127.0.0.1", port);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr *>(&server), sizeof server) != 0)
        return std::nullopt;
    return RtspLink(std::move(fd));
}

bool RtspLink::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return false;
        bytes.remove_prefix(static_cast<size_t>(std::max<ssize_t>(sent, 0)));
    }
    return true;
}

RtspLink::Progress RtspLink::receive(std::chrono::milliseconds patience) {
    pollfd readable{fd_.get(), POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(patience.count())) <= 0)
        return Progress::Nothing;
    received_.erase(received_.begin(), received_.begin() + static_cast<ptrdiff_t>(taken_));
    taken_ = 0;
    const size_t kept = received_.size();
    received_.resize(kept + kReadSize);
    const ssize_t got = ::recv(fd_.get(), received_.data() + kept, kReadSize, MSG_DONTWAIT);
    received_.resize(kept + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0)
        return Progress::Data;
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? Progress::Nothing : Progress::Closed;
}

RtspLink::Item RtspLink::next() {
    const auto bytes = std::span<const uint8_t>(received_).subspan(taken_);
    if (bytes.empty())
        return {};
    return bytes.front() == '$' ? take_packet(bytes) : take_reply(bytes);
}

RtspLink::Item RtspLink::take_packet(std::span<const uint8_t> bytes) {
    constexpr size_t kHeader = 4;
    if (bytes.size() < kHeader)
        return {};
    const size_t size = static_cast<size_t>(bytes[2] << 8 | bytes[3]);
    if (bytes.size() < kHeader + size)
        return {};
    taken_ += kHeader + size;
    return InterleavedPacket{bytes[1], bytes.subspan(kHeader, size)};
}

RtspLink::Item RtspLink::take_reply(std::span<const uint8_t> bytes) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    const auto end = std::search(bytes.begin(), bytes.end(), kEnd.begin(), kEnd.end());
    if (end == bytes.end())
        return {};
    Reply reply;
    reply.head.assign(bytes.begin(), end);
    constexpr size_t kVersion = std::string_view("RTSP/1.0 ").size();
    reply.status = reply.head.starts_with("RTSP/1.0 ") ? std::atoi(reply.head.c_str() + kVersion) : 0;
    const auto head_size = static_cast<size_t>(end - bytes.begin()) + kEnd.size();
    const size_t body_size = std::strtoul(reply.header("Content-Length").c_str(), nullptr, 10);
    if (bytes.size() < head_size + body_size)
        return {};
    reply.body.assign(bytes.begin() + static_cast<ptrdiff_t>(head_size),
                      bytes.begin() + static_cast<ptrdiff_t>(head_size + body_size));
    taken_ += head_size + body_size;
    return reply;
}

void RtspLink::reset() {
    const linger at_once{1, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    fd_.reset();
}

}  // namespace rtspcore::test

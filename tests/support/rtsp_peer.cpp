// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/rtsp_peer.h"

#include <check.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "net/socket_address.h"
#include "support/check_text.h"

namespace rtspcore::test {

namespace {

constexpr int kDeadlineMs = 10'000;

std::map<std::string, std::string> parse_headers(std::string_view text) {
    std::map<std::string, std::string> headers;
    for (size_t end = text.find("\r\n"); end != std::string_view::npos; end = text.find("\r\n")) {
        const std::string_view line = text.substr(0, end);
        if (const size_t colon = line.find(": "); colon != std::string_view::npos) {
            std::string name(line.substr(0, colon));
            std::transform(name.begin(), name.end(), name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            headers.emplace(std::move(name), line.substr(colon + 2));
        }
        text.remove_prefix(end + 2);
    }
    return headers;
}

}  // namespace

std::string RtspPeer::Response::header(const std::string &lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found != headers.end() ? found->second : std::string();
}

std::string RtspPeer::Response::session() const {
    const std::string value = header("session");
    return value.substr(0, value.find(';'));
}

uint32_t RtspPeer::Frame::time() const {
    return static_cast<uint32_t>(bytes[4]) << 24 | static_cast<uint32_t>(bytes[5]) << 16 |
           static_cast<uint32_t>(bytes[6]) << 8 | bytes[7];
}

RtspPeer::RtspPeer(uint16_t port, const std::string &host)
    : socket_(::socket(host.find(':') == std::string::npos ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      host_(host),
      port_(port) {
    const auto address = net::SocketAddress::parse(host, port);
    sockaddr_in6 raw;
    const socklen_t size = address->to_sockaddr(address->is_ipv4() ? AF_INET : AF_INET6, raw);
    ck_assert_msg(::connect(socket_.get(), reinterpret_cast<const sockaddr *>(&raw), size) == 0, "no connection to %s",
                  address->to_string().c_str());
}

RtspPeer RtspPeer::secure(uint16_t port, const std::string &host) {
    RtspPeer peer(port, host);
    peer.tls_ = std::make_unique<TlsClient>(peer.socket_.get());
    return peer;
}

void RtspPeer::update_keys() {
    ck_assert(tls_ && tls_->update_keys());
}

void RtspPeer::close() {
    tls_.reset();
    socket_.reset();
}

std::string RtspPeer::uri(const std::string &path) const {
    return (tls_ ? "rtsps://" : "rtsp://") + net::SocketAddress::parse(host_, port_)->to_string() + path;
}

void RtspPeer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t taken = write(bytes);
        const bool waits = taken < 0 && errno == EAGAIN && wait();
        if (taken <= 0 && !waits)
            return;  // the server closed; what the test then waits for tells
        bytes.remove_prefix(taken > 0 ? static_cast<size_t>(taken) : 0);
    }
}

ssize_t RtspPeer::write(std::string_view bytes) {
    return tls_ ? tls_->write(bytes.data(), bytes.size())
                : ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

bool RtspPeer::wait() const {
    pollfd entry{socket_.get(), tls_ ? tls_->awaited() : static_cast<short>(POLLIN), 0};
    return poll(&entry, 1, kDeadlineMs) == 1;
}

void RtspPeer::send_request(const std::string &method, const std::string &uri, const std::string &headers,
                            const std::string &body) {
    std::string text = method + " " + uri + " RTSP/1.0\r\nCSeq: " + std::to_string(++sequence_) + "\r\n" + headers;
    if (!body.empty())
        text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send(text + "\r\n" + body);
}

RtspPeer::Response RtspPeer::request(const std::string &method, const std::string &uri, const std::string &headers,
                                     const std::string &body) {
    send_request(method, uri, headers, body);
    Response answer = response();
    ck_assert_msg(answer.status != 0, "no answer to %s %s", method.c_str(), uri.c_str());
    assert_text(answer.header("cseq"), std::to_string(sequence_));
    return answer;
}

RtspPeer::Got RtspPeer::receive() {
    char buffer[65536];
    while (socket_) {
        const ssize_t got =
            tls_ ? tls_->read(buffer, sizeof buffer) : ::recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        if (got > 0) {
            input_.append(buffer, static_cast<size_t>(got));
            return Got::Bytes;
        }
        if (got == 0 || errno != EAGAIN)
            return Got::End;
        if (!wait())
            return Got::Nothing;
    }
    return Got::End;
}

bool RtspPeer::fill_to(size_t size) {
    while (input_.size() < size)
        if (!fill())
            return false;
    return true;
}

std::optional<RtspPeer::Frame> RtspPeer::take_frame() {
    if (!fill_to(4))
        return std::nullopt;
    const size_t size = size_t{static_cast<uint8_t>(input_[2])} << 8 | static_cast<uint8_t>(input_[3]);
    if (!fill_to(4 + size))
        return std::nullopt;
    const auto *payload = reinterpret_cast<const uint8_t *>(input_.data()) + 4;
    Frame frame{static_cast<uint8_t>(input_[1]), {payload, payload + size}};
    input_.erase(0, 4 + size);
    return frame;
}

RtspPeer::Response RtspPeer::response() {
    while (fill_to(1) && input_[0] == '$') {
        auto frame = take_frame();
        if (!frame)
            return {};
        frames_.push_back(std::move(*frame));
    }
    size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos)
        if (!fill())
            return {};
    Response answer;
    answer.text = input_.substr(0, end + 4);
    answer.status = std::atoi(answer.text.c_str() + std::string_view("RTSP/1.0 ").size());
    answer.headers = parse_headers(answer.text);
    const auto length = static_cast<size_t>(std::atoi(answer.header("content-length").c_str()));
    if (!fill_to(end + 4 + length))
        return {};
    answer.body = input_.substr(end + 4, length);
    input_.erase(0, end + 4 + length);
    return answer;
}

std::optional<RtspPeer::Frame> RtspPeer::frame() {
    if (!frames_.empty()) {
        Frame frame = std::move(frames_.front());
        frames_.pop_front();
        return frame;
    }
    if (!fill_to(1))
        return std::nullopt;
    ck_assert_msg(input_[0] == '$', "expected a packet, came %s", input_.c_str());
    return take_frame();
}

RtspPeer::Frame RtspPeer::rtp_frame() {
    auto next = frame();
    while (next && next->is_rtcp())
        next = frame();
    ck_assert_msg(next.has_value(), "no packet of RTP comes");
    return *next;
}

bool RtspPeer::has_input() const {
    pollfd entry{socket_.get(), POLLIN, 0};
    return !input_.empty() || (tls_ ? tls_->has_input() : poll(&entry, 1, 0) == 1);
}

bool RtspPeer::is_closed_by_server() {
    while (!input_.empty() && input_[0] == '$') {
        auto frame = take_frame();
        if (!frame)
            break;
        frames_.push_back(std::move(*frame));
    }
    const Got got = receive();
    return got == Got::End || (got == Got::Bytes && is_closed_by_server());
}

void RtspPeer::receive_little() {
    const int size = 64 * 1024;
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

void RtspPeer::shut_down_sending() {
    ::shutdown(socket_.get(), SHUT_WR);
}

}  // namespace rtspcore::test

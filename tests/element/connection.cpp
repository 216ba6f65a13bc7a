// SPDX-License-Identifier: LGPL-2.1-or-later
#include "connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstdlib>

namespace rtspsink::test {

namespace {

constexpr timeval kDeadline{10, 0};

std::string header_value(const std::string &headers, const std::string &name) {
    const size_t begin = headers.find("\r\n" + name + ": ");
    if (begin == std::string::npos)
        return {};
    const size_t value = begin + name.size() + 4;
    return headers.substr(value, headers.find("\r\n", value) - value);
}

}  // namespace

Connection::Connection(unsigned port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(port) {
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &kDeadline, sizeof kDeadline);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
        socket_.reset();
}

bool Connection::fill() {
    char buffer[16384];
    const ssize_t size = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    if (size <= 0)
        return false;
    input_.append(buffer, static_cast<size_t>(size));
    return true;
}

bool Connection::fill_to(size_t size) {
    while (input_.size() < size)
        if (!fill())
            return false;
    return true;
}

std::optional<Frame> Connection::take_frame() {
    if (!fill_to(4))
        return std::nullopt;
    const size_t size = static_cast<uint8_t>(input_[2]) << 8U | static_cast<uint8_t>(input_[3]);
    if (!fill_to(4 + size))
        return std::nullopt;
    Frame frame{static_cast<uint8_t>(input_[1]), {input_.begin() + 4, input_.begin() + 4 + static_cast<long>(size)}};
    input_.erase(0, 4 + size);
    return frame;
}

Reply Connection::request(const std::string &method, const std::string &path, const std::string &headers) {
    return send(method, path, headers) ? reply() : Reply();
}

bool Connection::send(const std::string &method, const std::string &path, const std::string &headers) {
    std::string text = method + " rtsp://127.0.0.1:" + std::to_string(port_) + path +
                       " RTSP/1.0\r\nCSeq: " + std::to_string(++cseq_) + "\r\n" + headers;
    if (!session_.empty())
        text += "Session: " + session_ + "\r\n";
    text += "\r\n";
    return ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

Reply Connection::reply() {
    while (fill_to(1) && input_[0] == '$')
        if (!take_frame())
            return {};
    size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos)
        if (!fill())
            return {};
    Reply reply{std::atoi(input_.c_str() + 9), input_.substr(0, end + 2), {}};
    const size_t length = static_cast<size_t>(std::atoi(header_value(reply.headers, "Content-Length").c_str()));
    if (!fill_to(end + 4 + length))
        return {};
    reply.body = input_.substr(end + 4, length);
    input_.erase(0, end + 4 + length);
    return reply;
}

std::string Connection::describe(const std::string &path) {
    const Reply reply = request("DESCRIBE", path, "Accept: application/sdp\r\n");
    return reply.status == 200 ? reply.body : std::string();
}

bool Connection::play(const std::string &path, unsigned streams) {
    for (unsigned i = 0; i < streams; ++i) {
        const std::string channels = std::to_string(2 * i) + "-" + std::to_string(2 * i + 1);
        const Reply reply = request("SETUP", path + "/stream=" + std::to_string(i),
                                    "Transport: RTP/AVP/TCP;unicast;interleaved=" + channels + "\r\n");
        if (reply.status != 200)
            return false;
        const std::string session = header_value(reply.headers, "Session");
        session_ = session.substr(0, session.find(';'));
    }
    return request("PLAY", path).status == 200;
}

std::optional<Frame> Connection::next_frame(bool rtcp) {
    for (;;) {
        if (!fill_to(1) || input_[0] != '$')
            return std::nullopt;
        auto frame = take_frame();
        if (!frame || (frame->channel % 2 == 1) == rtcp)
            return frame;
    }
}

bool Connection::is_closed_by_server() {
    char buffer[16384];
    ssize_t size = 0;
    while ((size = ::recv(socket_.get(), buffer, sizeof buffer, 0)) > 0) {
    }
    return size == 0 || errno == ECONNRESET;
}

}  // namespace rtspsink::test

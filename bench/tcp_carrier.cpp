// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tcp_carrier.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "kernel_time.h"

namespace bench {

TcpCarrier::TcpCarrier(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS)
        socket_.reset();
}

bool TcpCarrier::send(std::string_view request) {
    return ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size());
}

Carrier::Received TcpCarrier::receive(std::span<uint8_t> into) {
    iovec room{into.data(), into.size()};
    TimestampRoom control;
    msghdr message{};
    message.msg_iov = &room;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t received = recvmsg(socket_.get(), &message, 0);
    if (received <= 0)
        return {0, received < 0 && errno == EAGAIN, {}};
    return {static_cast<size_t>(received), true, arrival_of(message)};
}

}  // namespace bench

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "interleaved_stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "kernel_time.h"

namespace bench {

namespace {

// One for all connections: with thousands of viewers a buffer for each would not stay in the processor's cache.
std::span<uint8_t> shared_buffer() {
    static std::vector<uint8_t> buffer(512UL * 1024);
    return buffer;
}

}  // namespace

InterleavedStream::InterleavedStream(uint16_t port)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS)
        socket_.reset();
}

bool InterleavedStream::send(const std::string &request) {
    return ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size());
}

bool InterleavedStream::receive(PacketListener &listener) {
    const std::span<uint8_t> buffer = shared_buffer();
    const size_t kept = unparsed_.size();
    if (kept == buffer.size())
        return false;
    std::memcpy(buffer.data(), unparsed_.data(), kept);
    iovec room{buffer.data() + kept, buffer.size() - kept};
    TimestampRoom control;
    msghdr message{};
    message.msg_iov = &room;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t received = recvmsg(socket_.get(), &message, 0);
    if (received <= 0)
        return received < 0 && errno == EAGAIN;
    const auto bytes = buffer.first(kept + static_cast<size_t>(received));
    const size_t parsed = parse(bytes, listener, arrival_of(message));
    unparsed_.assign(bytes.begin() + static_cast<ptrdiff_t>(parsed), bytes.end());
    return true;
}

size_t InterleavedStream::parse(std::span<const uint8_t> bytes, PacketListener &listener, rtspcore::Time now) {
    size_t at = 0;
    while (at + 4 <= bytes.size()) {
        if (bytes[at] == '$') {
            const size_t size = static_cast<size_t>(bytes[at + 2] << 8 | bytes[at + 3]);
            if (at + 4 + size > bytes.size())
                break;
            listener.on_packet(bytes[at + 1], bytes.subspan(at + 4, size), now);
            at += 4 + size;
            continue;
        }
        size_t consumed = 0;
        const auto response =
            RtspResponse::parse({reinterpret_cast<const char *>(bytes.data()) + at, bytes.size() - at}, consumed);
        if (!response)
            break;
        at += consumed;
        listener.on_response(*response);
    }
    return at;
}

}  // namespace bench

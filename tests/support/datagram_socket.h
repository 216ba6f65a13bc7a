// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <check.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/socket.h"

namespace rtspcore::test {

// A UDP socket of a viewer, on loopback.
class DatagramSocket {
public:
    struct Datagram {
        net::SocketAddress from;
        std::vector<uint8_t> bytes;
    };

    explicit DatagramSocket(const std::string &host = "127.0.0.1", uint16_t port = 0) : host_(host) {
        auto bound = net::bind_socket(host, port, SOCK_DGRAM);
        ck_assert_msg(bound.ok(), "no UDP socket at %s:%u", host.c_str(), port);
        take(std::move(*bound));
    }
    explicit DatagramSocket(net::BoundSocket bound) : host_("127.0.0.1") { take(std::move(bound)); }

    [[nodiscard]] net::SocketAddress address() const { return *net::SocketAddress::parse(host_, bound_.port); }
    [[nodiscard]] uint16_t port() const { return bound_.port; }

    // The next datagram; nothing when none comes in time.
    std::optional<Datagram> receive(int timeout_ms = 10'000) {
        pollfd entry{bound_.fd.get(), POLLIN, 0};
        if (poll(&entry, 1, timeout_ms) != 1)
            return std::nullopt;
        sockaddr_storage raw{};
        socklen_t size = sizeof raw;
        Datagram datagram{{}, std::vector<uint8_t>(65536)};
        const ssize_t got = recvfrom(bound_.fd.get(), datagram.bytes.data(), datagram.bytes.size(), MSG_DONTWAIT,
                                     reinterpret_cast<sockaddr *>(&raw), &size);
        if (got < 0)
            return std::nullopt;
        datagram.bytes.resize(static_cast<size_t>(got));
        datagram.from = *net::SocketAddress::from(reinterpret_cast<sockaddr *>(&raw));
        return datagram;
    }
    // On loopback what was sent has arrived.
    [[nodiscard]] bool is_empty() { return !receive(0); }

    void send(const net::SocketAddress &to, std::span<const uint8_t> bytes) const {
        sockaddr_in6 raw;
        const socklen_t size = to.to_sockaddr(bound_.family, raw);
        ck_assert_int_eq(
            sendto(bound_.fd.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr *>(&raw), size),
            static_cast<ssize_t>(bytes.size()));
    }

private:
    void take(net::BoundSocket bound) {
        bound_ = std::move(bound);
        const int size = 4 * 1024 * 1024;
        setsockopt(bound_.fd.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }

    std::string host_;
    net::BoundSocket bound_;
};

// Where a viewer receives one stream: RTP at a port, RTCP at the next.
struct DatagramPair {
    DatagramSocket rtp;
    DatagramSocket rtcp;

    static DatagramPair open() {
        for (;;) {
            auto rtp = net::bind_socket("127.0.0.1", 0, SOCK_DGRAM);
            ck_assert(rtp.ok());
            auto rtcp = net::bind_socket("127.0.0.1", static_cast<uint16_t>(rtp->port + 1), SOCK_DGRAM);
            if (rtcp && rtp->port % 2 == 0)
                return {DatagramSocket(std::move(*rtp)), DatagramSocket(std::move(*rtcp))};
        }
    }
};

// A loopback address at which nobody listens.
inline net::SocketAddress deserted_address() {
    return DatagramSocket().address();
}

}  // namespace rtspcore::test

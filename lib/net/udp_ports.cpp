// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/udp_ports.h"

#include <linux/errqueue.h>
#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <utility>

namespace rtspcore::net {

namespace {

constexpr int kSendBuffer = 4 * 1024 * 1024;  // a key frame for every viewer of the thread
constexpr int kReceiveBuffer = 1024 * 1024;   // receiver reports of all of them at once
constexpr int kDatagramsPerRound = 256;       // a flood shares the thread with the viewers
constexpr int kAttempts = 200;

void prepare(const BoundSocket &socket) {
    const int on = 1;
    setsockopt(socket.fd.get(), SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
    setsockopt(socket.fd.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
    // A dual-stack socket needs both, for IPv4 and IPv6 peers.
    setsockopt(socket.fd.get(), IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    if (socket.family == AF_INET6)
        setsockopt(socket.fd.get(), IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
}

bool is_port_unreachable(msghdr &message) {
    for (cmsghdr *control = CMSG_FIRSTHDR(&message); control; control = CMSG_NXTHDR(&message, control)) {
        const bool v4 = control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_RECVERR;
        const bool v6 = control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_RECVERR;
        if (v4 || v6)
            return reinterpret_cast<const sock_extended_err *>(CMSG_DATA(control))->ee_errno == ECONNREFUSED;
    }
    return false;
}

struct PortPair {
    BoundSocket rtp;
    BoundSocket rtcp;
};

Result<PortPair, SocketError> bind_pair(const std::string &address, uint16_t rtp_port) {
    auto rtp = bind_socket(address, rtp_port, SOCK_DGRAM);
    if (!rtp)
        return rtp.error();
    if (rtp->port % 2 != 0 || rtp->port == 65534)
        return Failure{SocketError::InUse, std::string("odd port")};
    auto rtcp = bind_socket(address, static_cast<uint16_t>(rtp->port + 1), SOCK_DGRAM);
    if (!rtcp)
        return rtcp.error();
    return PortPair{std::move(*rtp), std::move(*rtcp)};
}

Result<PortPair, SocketError> find_pair(const std::string &address, uint16_t min, uint16_t max) {
    if (min == 0) {
        for (int attempt = 0; attempt < kAttempts; ++attempt)
            if (auto pair = bind_pair(address, 0); pair || pair.error().code != SocketError::InUse)
                return pair;
    } else {
        for (unsigned port = min + (min & 1u); port + 1 <= max; port += 2)
            if (auto pair = bind_pair(address, static_cast<uint16_t>(port));
                pair || pair.error().code != SocketError::InUse)
                return pair;
    }
    return Failure{SocketError::InUse, std::string("no free pair of an even UDP port and the next one")};
}

}  // namespace

class UdpPorts::Port : public EventLoop::Handler {
public:
    Port(BoundSocket socket, bool rtcp)
        : socket_(std::move(socket)), sender_(socket_.fd.get(), socket_.family), rtcp_(rtcp) {
        prepare(socket_);
    }
    ~Port() override {
        if (loop_)
            loop_->unwatch(socket_.fd.get(), *this);
    }

    void attach(EventLoop &loop, Receiver &receiver) {
        loop_ = &loop;
        receiver_ = &receiver;
        loop.watch(socket_.fd.get(), EPOLLIN, *this);
    }

    void send(SharedSlab slab, std::span<const Destination> destinations) {
        sender_.send(std::move(slab), destinations, loop_->now());
        follow_backlog();
    }

    void on_ready(uint32_t events) override {
        if (events & EPOLLERR)
            read_errors();
        if (events & EPOLLOUT) {
            sender_.flush(loop_->now());
            follow_backlog();
        }
        if (events & EPOLLIN)
            read_datagrams();
    }

    [[nodiscard]] uint16_t port() const { return socket_.port; }
    [[nodiscard]] uint64_t packets_dropped() const { return sender_.packets_dropped(); }

private:
    void follow_backlog() {
        if (sender_.blocked() == waits_for_room_)
            return;
        waits_for_room_ = sender_.blocked();
        loop_->modify(socket_.fd.get(), waits_for_room_ ? EPOLLIN | EPOLLOUT : EPOLLIN, *this);
    }

    void read_datagrams() {
        std::array<uint8_t, 2048> buffer;
        for (int i = 0; i < kDatagramsPerRound; ++i) {
            sockaddr_storage raw{};
            socklen_t size = sizeof raw;
            const ssize_t got = recvfrom(socket_.fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT,
                                         reinterpret_cast<sockaddr *>(&raw), &size);
            if (got < 0 && errno != ECONNREFUSED)
                return;
            const auto from = SocketAddress::from(reinterpret_cast<sockaddr *>(&raw));
            if (got >= 0 && from)
                receiver_->on_datagram(*from, {buffer.data(), static_cast<size_t>(got)}, rtcp_);
        }
    }

    void read_errors() {
        std::array<char, 512> control;
        for (int i = 0; i < kDatagramsPerRound; ++i) {
            sockaddr_storage raw{};
            msghdr message{};
            message.msg_name = &raw;
            message.msg_namelen = sizeof raw;
            message.msg_control = control.data();
            message.msg_controllen = control.size();
            if (recvmsg(socket_.fd.get(), &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
                return;
            const auto peer = SocketAddress::from(reinterpret_cast<sockaddr *>(&raw));
            if (peer && is_port_unreachable(message))
                receiver_->on_port_unreachable(*peer);
        }
    }

    BoundSocket socket_;
    UdpSender sender_;
    const bool rtcp_;
    bool waits_for_room_ = false;
    EventLoop *loop_ = nullptr;
    Receiver *receiver_ = nullptr;
};

UdpPorts::UdpPorts(BoundSocket rtp, BoundSocket rtcp)
    : rtp_(std::make_unique<Port>(std::move(rtp), false)), rtcp_(std::make_unique<Port>(std::move(rtcp), true)) {}

UdpPorts::~UdpPorts() = default;

Result<std::unique_ptr<UdpPorts>, SocketError> UdpPorts::open(const std::string &address, uint16_t min, uint16_t max) {
    auto pair = find_pair(address, min, max);
    if (!pair)
        return pair.error();
    return std::unique_ptr<UdpPorts>(new UdpPorts(std::move(pair->rtp), std::move(pair->rtcp)));
}

Result<std::unique_ptr<UdpPorts>, SocketError> UdpPorts::open_multicast(const SocketAddress &group,
                                                                        const MulticastRoute &route) {
    auto pair = find_pair(route.local_address(group), 0, 0);
    if (!pair)
        return pair.error();
    for (const BoundSocket *socket : {&pair->rtp, &pair->rtcp})
        if (const auto applied = route.apply(*socket); !applied)
            return applied.error();
    return std::unique_ptr<UdpPorts>(new UdpPorts(std::move(pair->rtp), std::move(pair->rtcp)));
}

void UdpPorts::attach(EventLoop &loop, Receiver &receiver) {
    rtp_->attach(loop, receiver);
    rtcp_->attach(loop, receiver);
}

void UdpPorts::send_rtp(SharedSlab slab, std::span<const Destination> destinations) {
    rtp_->send(std::move(slab), destinations);
}

void UdpPorts::send_rtcp(SharedSlab slab, std::span<const Destination> destinations) {
    rtcp_->send(std::move(slab), destinations);
}

uint16_t UdpPorts::rtp_port() const {
    return rtp_->port();
}

uint16_t UdpPorts::rtcp_port() const {
    return rtcp_->port();
}

uint64_t UdpPorts::packets_dropped() const {
    return rtp_->packets_dropped() + rtcp_->packets_dropped();
}

}  // namespace rtspcore::net

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "udp_ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "datagram_batch.h"

namespace bench {

namespace {

using rtspcore::UniqueFd;

sockaddr_in loopback(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

UniqueFd bind_port(uint16_t port) {
    UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    if (bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        fd.reset();
    return fd;
}

// The next even port to try, below the ephemeral ones, which the kernel hands out to others.
uint16_t next_candidate() {
    static uint16_t port = 10000;
    port = port >= 32000 ? 10000 : static_cast<uint16_t>(port + 2);
    return port;
}

}  // namespace

std::unique_ptr<UdpPorts> UdpPorts::open(rtspcore::EventLoop &loop, size_t track, PacketListener &listener) {
    std::unique_ptr<UdpPorts> ports(new UdpPorts(loop, track, listener));
    for (int tries = 0; tries < 11000 && !ports->rtcp_; ++tries) {
        ports->rtp_port_ = next_candidate();
        ports->rtp_ = bind_port(ports->rtp_port_);
        if (ports->rtp_)
            ports->rtcp_ = bind_port(static_cast<uint16_t>(ports->rtp_port_ + 1));
    }
    if (!ports->rtcp_)
        return nullptr;
    setsockopt(ports->rtp_.get(), SOL_SOCKET, SO_RCVBUF, &DatagramBatch::kReceiveBuffer,
               sizeof DatagramBatch::kReceiveBuffer);
    loop.watch(ports->rtp_.get(), EPOLLIN, *ports);
    return ports;
}

UdpPorts::~UdpPorts() {
    if (rtcp_)
        loop_.unwatch(rtp_.get(), *this);
}

void UdpPorts::on_ready(uint32_t) {
    const DatagramBatch &batch = DatagramBatch::receive(rtp_.get());
    for (size_t i = 0; i < batch.size(); ++i)
        listener_.on_packet(channel_, batch[i], batch.arrival());
}

}  // namespace bench

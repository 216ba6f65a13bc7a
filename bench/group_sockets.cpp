// SPDX-License-Identifier: LGPL-2.1-or-later
#include "group_sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>

#include <vector>

#include "base/unique_fd.h"
#include "datagram_batch.h"

namespace bench {

namespace {

using rtspcore::UniqueFd;

UniqueFd open_member(const RtspGroup &group) {
    UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &DatagramBatch::kReceiveBuffer, sizeof DatagramBatch::kReceiveBuffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(group.port);
    ip_mreqn membership{};
    membership.imr_address.s_addr = htonl(INADDR_LOOPBACK);
    if (inet_pton(AF_INET, group.address.c_str(), &membership.imr_multiaddr) != 1)
        return {};
    address.sin_addr = membership.imr_multiaddr;
    if (bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
        setsockopt(fd.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) != 0)
        return {};
    return fd;
}

}  // namespace

class GroupSockets::Socket final : private rtspcore::EventLoop::Handler {
public:
    Socket(rtspcore::EventLoop &loop, UniqueFd fd) : loop_(loop), fd_(std::move(fd)) {
        loop_.watch(fd_.get(), EPOLLIN, *this);
    }
    ~Socket() override { loop_.unwatch(fd_.get(), *this); }

    void add(size_t channel, PacketListener &listener) { members_.push_back({channel, &listener}); }

private:
    struct Member {
        size_t channel;
        PacketListener *listener;
    };

    void on_ready(uint32_t) override {
        const DatagramBatch &batch = DatagramBatch::receive(fd_.get());
        for (const Member &member : members_)
            for (size_t i = 0; i < batch.size(); ++i)
                member.listener->on_packet(member.channel, batch[i], batch.arrival());
    }

    rtspcore::EventLoop &loop_;
    UniqueFd fd_;
    std::vector<Member> members_;
};

GroupSockets::GroupSockets(rtspcore::EventLoop &loop) : loop_(loop) {}
GroupSockets::~GroupSockets() = default;

bool GroupSockets::join(const RtspGroup &group, size_t channel, PacketListener &listener) {
    auto &socket = sockets_[group];
    if (!socket) {
        UniqueFd fd = open_member(group);
        if (!fd)
            return false;
        socket = std::make_unique<Socket>(loop_, std::move(fd));
    }
    socket->add(channel, listener);
    return true;
}

}  // namespace bench

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lobby.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

namespace bench {

Lobby::Lobby(uint16_t port, bool over_udp)
    : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), over_udp_(over_udp) {
    const int on = 1;
    setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listens_ = bind(listener_.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 &&
               listen(listener_.get(), 1024) == 0;
}

void Lobby::run() {
    for (;;)
        admit(rtspcore::UniqueFd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
}

void Lobby::admit(rtspcore::UniqueFd connection) {
    const int on = 1;
    setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Receiver receiver;
    receiver.address.sin_family = AF_INET;
    receiver.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (over_udp_ &&
        recv(connection.get(), &receiver.address.sin_port, sizeof receiver.address.sin_port, MSG_WAITALL) != 2)
        return;
    receiver.connection = std::move(connection);
    waiting_.lock()->push_back(std::move(receiver));
    occupied_.store(true, std::memory_order_release);
}

void Lobby::leave_to(std::vector<Receiver> &receivers) {
    if (!occupied_.exchange(false, std::memory_order_acquire))
        return;
    auto waiting = waiting_.lock();
    for (auto &receiver : *waiting)
        receivers.push_back(std::move(receiver));
    waiting->clear();
}

}  // namespace bench

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "base/event_loop.h"
#include "base/unique_fd.h"
#include "net/socket.h"
#include "net/socket_address.h"

namespace rtspcore::server {

class Server;

// Takes connections from the listening socket and gives each to the I/O thread that has the fewest. Confined to the
// thread of the loop it is attached to.
class Acceptor : public EventLoop::Handler {
public:
    // `tls_only`: whoever connects to this socket has to speak TLS from the first byte.
    Acceptor(Server &server, net::BoundSocket socket, bool tls_only = false);

    // On the loop's thread, or before it runs.
    void attach(EventLoop &loop);
    void on_ready(uint32_t events) override;

    [[nodiscard]] uint16_t port() const { return socket_.port; }

private:
    void accept_one(UniqueFd fd);
    void turn_away(int fd, const net::SocketAddress &peer);
    [[nodiscard]] bool refuse_one();
    void rest();

    Server &server_;
    EventLoop *loop_ = nullptr;
    net::BoundSocket socket_;
    const bool tls_only_;
    UniqueFd reserve_;  // given up for a moment when descriptors run out, so that a connection can be taken and closed
    uint64_t limit_;
};

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/event_loop.h"
#include "base/result.h"
#include "net/multicast_route.h"
#include "net/socket.h"

namespace rtspcore::net {

// A member of a multicast group: hears what is sent to one port of it, by whomever, and by this host itself too.
// Confined to the thread of its loop.
class MulticastListener : public EventLoop::Handler {
public:
    using Heard = std::function<void(const SocketAddress &from, std::span<const uint8_t> bytes)>;

    // Joins on the interface of the route. The loop is borrowed. Others of this host may listen to the same.
    static Result<std::unique_ptr<MulticastListener>, SocketError> open(const SocketAddress &group,
                                                                        const MulticastRoute &route, EventLoop &loop,
                                                                        Heard heard);
    ~MulticastListener() override;
    MulticastListener(const MulticastListener &) = delete;
    MulticastListener &operator=(const MulticastListener &) = delete;

    void on_ready(uint32_t events) override;

private:
    MulticastListener(BoundSocket socket, EventLoop &loop, Heard heard);

    BoundSocket socket_;
    EventLoop &loop_;
    const Heard heard_;
};

}  // namespace rtspcore::net

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/event_loop.h"
#include "net/byte_stream.h"

namespace rtspcore::server {

// Carries bytes between two streams, both ways, until one of them ends: a secure connection and the socket of a server
// of this process that speaks plain RTSP. Holds at most net::ByteStream::kReadSize for each side; who does not read
// is not read for. Confined to the thread of its loop; never blocks.
class Relay {
public:
    // `ended` is called once, from the loop, and may destroy the relay.
    Relay(EventLoop &loop, std::unique_ptr<net::ByteStream> one, std::unique_ptr<net::ByteStream> other,
          std::function<void()> ended);
    ~Relay();
    Relay(const Relay &) = delete;
    Relay &operator=(const Relay &) = delete;

private:
    struct Side : EventLoop::Handler {
        Side(Relay &relay, std::unique_ptr<net::ByteStream> bytes) : owner(relay), stream(std::move(bytes)) {}
        void on_ready(uint32_t events) override;

        Relay &owner;
        std::unique_ptr<net::ByteStream> stream;
        std::vector<uint8_t> waiting;  // to be written here
        uint32_t interest = 0;
    };
    void pump();
    // False when it is over.
    bool carry(Side &from, Side &to);
    bool put(Side &to);
    void follow_interest(Side &side, const Side &other);

    EventLoop &loop_;
    Side one_;
    Side other_;
    std::function<void()> ended_;
    std::vector<uint8_t> buffer_;
};

}  // namespace rtspcore::server

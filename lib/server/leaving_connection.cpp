// SPDX-License-Identifier: LGPL-2.1-or-later
// Connections that go on elsewhere: on another thread, or at another server of the process.
#include <iterator>
#include <utility>

#include "base/log.h"
#include "net/plain_stream.h"
#include "server/io_thread.h"
#include "server/server.h"

namespace rtspcore::server {

void IoThread::schedule_move_to_thread(Connection &connection, unsigned thread) {
    moving_to_thread_.emplace_back(&connection, thread);
    schedule_reaping();
}

void IoThread::schedule_move_to_fallback(Connection &connection) {
    moving_to_fallback_.push_back(&connection);
    schedule_reaping();
}

void IoThread::move_to_thread(Connection &connection, unsigned thread) {
    auto leaving = take_out(connection);
    leaving->detach();
    connection_count_.fetch_sub(1, std::memory_order_relaxed);
    IoThread &other = server_.thread(thread);
    other.connection_count_.fetch_add(1, std::memory_order_relaxed);
    other.loop_.post([&other, shared = std::make_shared<std::unique_ptr<Connection>>(std::move(leaving))] {
        if (!other.stopping_)
            other.adopt(std::move(*shared)).resume(true);
    });
}

void IoThread::move_to_fallback(Connection &connection) {
    const auto leaving = take_out(connection);
    connection_count_.fetch_sub(1, std::memory_order_relaxed);
    server_.statistics().connections.fetch_sub(1, std::memory_order_relaxed);
    auto [stream, begun] = leaving->give_up();
    const auto fallback = server_.fallback();
    auto *plain = dynamic_cast<net::PlainStream *>(stream.get());
    auto fd = plain ? std::optional(plain->release()) : relay(std::move(stream));
    if (fallback && fd)
        (*fallback)({std::move(*fd), leaving->peer(), std::move(begun)});
}

// The other end of a plain connection that carries the same bytes.
std::optional<UniqueFd> IoThread::relay(std::unique_ptr<net::ByteStream> stream) {
    auto ends = net::loopback_pair();
    if (!ends) {
        CORE_WARNING("a secure connection cannot be handed to the other server: %s", ends.error().message.c_str());
        return std::nullopt;
    }
    auto &place = relays_.emplace_back();
    const auto self = std::prev(relays_.end());
    place =
        std::make_unique<Relay>(loop_, std::move(stream), std::make_unique<net::PlainStream>(std::move(ends->first)),
                                [this, self] { relays_.erase(self); });
    return std::move(ends->second);
}

}  // namespace rtspcore::server

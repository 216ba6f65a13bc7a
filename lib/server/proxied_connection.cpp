// SPDX-License-Identifier: LGPL-2.1-or-later
// Connections that a balancer passes on, and says of whom (the PROXY protocol).
#include <utility>
#include <variant>

#include "rtsp/proxy_protocol.h"
#include "server/access/refusal_log.h"
#include "server/access/turned_away.h"
#include "server/connection.h"
#include "server/io_thread.h"
#include "server/server.h"

namespace rtspcore::server {

bool Connection::comes_from_balancer() const {
    return access::any_contains(thread_->server().config().access.trusted_proxies, peer_);
}

// What follows the header begins anew; there is one header.
void Connection::begin_proxied(Time now) {
    const auto read = rtsp::read_proxy_header(opening_);
    if (const auto *failure = std::get_if<Failure<rtsp::ProxyError>>(&read))
        return doom(failure->message);
    const auto *header = std::get_if<rtsp::ProxyHeader>(&read);
    if (!header)
        return;
    proxied_ = true;
    opening_.erase(opening_.begin(), opening_.begin() + static_cast<ptrdiff_t>(header->size));
    if (header->endpoints && !take_the_place_of(*header->endpoints))
        return;
    if (!opening_.empty())
        begin({}, now);
}

// The client's address counts from here on. Datagrams would not come through the balancer.
bool Connection::take_the_place_of(const rtsp::ProxyHeader::Endpoints &endpoints) {
    const auto peer = net::SocketAddress::parse(endpoints.source.host, endpoints.source.port);
    const auto local = net::SocketAddress::parse(endpoints.destination.host, endpoints.destination.port);
    if (!peer || !local) {
        doom("the balancer tells no address");
        return false;
    }
    peer_ = *peer;
    local_ = *local;
    tunnelled_ = true;
    access::AccessControl &access = thread_->server().access();
    const bool is_denied = !access.is_admitted(peer_);
    admission_ = is_denied ? nullptr : access.admit(peer_);
    if (admission_)
        return true;
    turn_away(is_denied ? access::kAddressDenied : access::kTooManyConnections);
    return false;
}

// As Acceptor::turn_away() does with those who come by themselves.
void Connection::turn_away(const access::TurnedAway &reason) {
    access::log_turned_away(peer_, reason);
    thread_->server().statistics().connections_refused.fetch_add(1, std::memory_order_relaxed);
    queue(reason.answer);
    closing_ = true;
    pump(thread_->loop().now());
}

}  // namespace rtspcore::server

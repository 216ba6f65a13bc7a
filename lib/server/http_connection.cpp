// SPDX-License-Identifier: LGPL-2.1-or-later
// How a connection begins, and what it is when that was HTTP: half of a tunnel, or a WebSocket.
#include <sys/epoll.h>

#include <utility>
#include <variant>

#include "base/log.h"
#include "net/websocket_stream.h"
#include "rtsp/connection_kind.h"
#include "rtsp/websocket_handshake.h"
#include "server/connection.h"
#include "server/io_thread.h"
#include "server/server.h"

namespace rtspcore::server {

using rtsp::ConnectionKind;
using rtsp::HttpStatus;

// The first bytes tell what is spoken, within TLS once more.
void Connection::begin(std::span<const uint8_t> bytes, Time now) {
    opening_.insert(opening_.end(), bytes.begin(), bytes.end());
    const auto kind = http_ ? ConnectionKind::Http : rtsp::connection_kind(opening_);
    if (kind == ConnectionKind::NeedMore)
        return;
    if (kind == ConnectionKind::Proxy && !proxied_ && comes_from_balancer())
        return begin_proxied(now);
    if (kind == ConnectionKind::Tls && !secure_)
        return begin_tls(std::exchange(opening_, {}));
    if (tls_only_ && !secure_)
        return doom("does not speak TLS at a port for TLS alone");
    if (kind == ConnectionKind::Http)
        return begin_http();
    role_ = Role::Rtsp;
    take_in(std::exchange(opening_, {}), now);
}

void Connection::begin_http() {
    if (!http_)
        http_ = std::make_unique<rtsp::HttpRequestParser>();
    std::span<const uint8_t> rest(opening_);
    const auto item = http_->read(rest);
    opening_.erase(opening_.begin(), opening_.end() - static_cast<ptrdiff_t>(rest.size()));
    if (const auto *refusal = std::get_if<Failure<HttpStatus>>(&item))
        refuse_http(*refusal);
    else if (const auto *request = std::get_if<rtsp::HttpRequest>(&item))
        handle_http(*request);
}

void Connection::handle_http(const rtsp::HttpRequest &request) {
    last_request_ = thread_->loop().now();
    if (rtsp::asks_for_websocket(request)) {
        const auto upgrade = rtsp::read_websocket_upgrade(request);
        if (!upgrade)
            return refuse_http(upgrade.error());
        if (!thread_->server().config().access.websocket_origins.allow(upgrade->origin, upgrade->host))
            return refuse_http({HttpStatus::Forbidden,
                                "expected a page of this host, or one of those that websocket-origins lists, came "
                                "another"});
        return begin_websocket(*upgrade);
    }
    const auto half = rtsp::read_tunnel_half(request);
    if (!half)
        return refuse_http(half.error());
    auto name = HttpTunnels::name(peer_, half->cookie);
    if (half->direction == rtsp::HttpTunnelHalf::Direction::Get)
        begin_get(std::move(name));
    else
        begin_post(std::move(name), half->waits_for_continue);
}

// The reason is for the client; it says nothing of what the client sent.
void Connection::refuse_http(const Failure<HttpStatus> &refusal) {
    CORE_INFO("%s is refused over HTTP: %d %s", peer_.to_string().c_str(), static_cast<int>(refusal.code),
              refusal.message.c_str());
    thread_->server().statistics().bad_requests.fetch_add(1, std::memory_order_relaxed);
    queue(rtsp::http_refusal(refusal).serialize());
    closing_ = true;
    pump(thread_->loop().now());
}

void Connection::begin_websocket(const rtsp::WebSocketUpgrade &upgrade) {
    role_ = Role::Rtsp;
    tunnelled_ = true;
    http_.reset();
    stream_ = std::make_unique<net::WebSocketStream>(std::move(stream_), rtsp::websocket_opened(upgrade).serialize(),
                                                     std::exchange(opening_, {}));
    read(thread_->loop().now());
}

void Connection::begin_get(HttpTunnels::Name name) {
    HttpTunnels &tunnels = thread_->server().tunnels();
    if (!tunnels.add(name, {thread_->index(), id_}))
        return refuse_http({HttpStatus::Conflict,
                            "expected a new x-sessioncookie, came that of a tunnel that is open; choose another"});
    role_ = Role::TunnelGet;
    tunnelled_ = true;
    http_.reset();
    opening_ = {};
    tunnel_ = std::make_unique<HttpTunnels::Entry>(tunnels, std::move(name));
    queue(rtsp::tunnel_opened().serialize());
    pump(thread_->loop().now());
}

// The GET half is where the media and sessions are; this one goes to its thread.
void Connection::begin_post(HttpTunnels::Name name, bool waits_for_continue) {
    http_.reset();
    const auto place = thread_->server().tunnels().find(name);
    if (!place)
        return refuse_without_get();
    role_ = Role::TunnelPost;
    post_ = std::make_unique<PostHalf>();
    post_->name = std::move(name);
    if (waits_for_continue) {
        rtsp::HttpResponse go_on;
        go_on.status = HttpStatus::Continue;
        queue(go_on.serialize());
        pump(thread_->loop().now());
    }
    if (doomed_)
        return;
    thread_->schedule_move_to_thread(*this, place->thread);
    follow_interest();
}

void Connection::refuse_without_get() {
    refuse_http({HttpStatus::NotFound,
                 "expected the x-sessioncookie of a GET half that is open from the same address, came another"});
}

// On the thread of its GET half, or where that was a moment ago.
void Connection::join_tunnel() {
    const auto place = thread_->server().tunnels().find(post_->name);
    Connection *get = place && place->thread == thread_->index() ? thread_->connection(place->connection) : nullptr;
    if (place && place->thread != thread_->index())
        return thread_->schedule_move_to_thread(*this, place->thread);
    if (!get || get->doomed_)
        return refuse_without_get();
    if (get->secure_ && !secure_)
        return refuse_http(
            {HttpStatus::Forbidden, "expected the POST half over TLS as its GET half, came a plain one"});
    if (Connection *other = get->post_half())
        other->read_to_end();
    if (get->doomed_)
        return refuse_without_get();
    if (get->post_half())
        return refuse_http(
            {HttpStatus::Conflict, "expected one POST half at a time, came another; close the one that is open"});
    get->post_id_ = id_;
    post_->get = get->id_;
    if (admission_)
        admission_->prove();  // it is no more of a stranger than its GET half, which counts as one and takes it along
    follow_interest();
    forward(std::exchange(opening_, {}));
}

// A client that closes its POST half and opens the next may be faster than what it said on the first, and its end.
void Connection::read_to_end() {
    constexpr int kMostReads = 16;
    for (int i = 0; i < kMostReads && !doomed_ && !is_paused(); ++i)
        on_ready(EPOLLIN);
}

// What the POST half says is said on the connection of the GET half.
void Connection::forward(std::span<const uint8_t> text) {
    Connection *get = get_half();
    if (!get)
        return doom("its GET half is over");
    std::vector<uint8_t> bytes;
    const auto decoded = post_->decoder.decode(text, bytes);
    if (!bytes.empty() && !get->doomed_ && !get->closing_)
        get->take_in(bytes, thread_->loop().now());
    if (!decoded && !doomed_)
        refuse_http({HttpStatus::BadRequest, decoded.error().message});
}

Connection *Connection::get_half() {
    return post_ && post_->get ? thread_->connection(*post_->get) : nullptr;
}

Connection *Connection::post_half() {
    Connection *post = post_id_ ? thread_->connection(*post_id_) : nullptr;
    return post && !post->doomed_ ? post : nullptr;
}

// The halves of a tunnel end so: POST may come again, without GET there is nothing to say.
void Connection::leave_tunnel() {
    if (Connection *post = post_half())
        post->doom("its GET half is over");
    if (Connection *get = get_half())
        get->post_id_.reset();
}

}  // namespace rtspcore::server

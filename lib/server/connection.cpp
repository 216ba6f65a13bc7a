// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/connection.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <utility>

#include "base/log.h"
#include "net/plain_stream.h"
#include "net/tls_context.h"
#include "server/io_thread.h"
#include "server/server.h"
#include "server/session.h"
#include "server/viewer.h"

namespace rtspcore::server {

namespace {

// What may lie in the kernel unsent: no more than a viewer that stops reading should find stale when it goes on, no
// less than a key frame of a usual stream. Without it the kernel takes up to tcp_wmem, seconds of video.
constexpr int kNotSentLowWater = 256 * 1024;

void prepare(int fd) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kNotSentLowWater, sizeof kNotSentLowWater);
    const int idle_s = 30;
    const int interval_s = 10;
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
}

// A peer that vanished without a word is noticed after a minute, also while we send to it. The kernel counts the time
// in which a peer that is there takes nothing as well, and that may be a session's whole time-out.
void limit_unanswered(int fd, std::chrono::seconds session_timeout) {
    constexpr std::chrono::seconds kLeast{60};
    const auto most = std::chrono::milliseconds(std::max(kLeast, session_timeout));
    const auto user_timeout_ms = static_cast<unsigned>(most.count());
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_ms, sizeof user_timeout_ms);
}

}  // namespace

Connection::Connection(Arrival arrival, Time now)
    : stream_(std::make_unique<net::PlainStream>(std::move(arrival.fd))),
      peer_(arrival.peer),
      local_(arrival.local),
      tls_only_(arrival.tls_only),
      admission_(std::move(arrival.admission)),
      message_began_(now),
      last_request_(now) {
    prepare(stream_->fd());
}

Connection::~Connection() {
    if (thread_)
        detach();
}

void Connection::attach(IoThread &thread, uint64_t id) {
    thread_ = &thread;
    id_ = id;
    interest_ = EPOLLIN | EPOLLRDHUP;
    limit_unanswered(stream_->fd(), thread.server().config().session_timeout);
    thread_->loop().watch(stream_->fd(), interest_, *this);
    if (tunnel_)
        tunnel_->move_to({thread.index(), id});
}

void Connection::detach() {
    thread_->loop().cancel_timer(std::exchange(park_timer_, 0));
    thread_->loop().unwatch(stream_->fd(), *this);
    thread_ = nullptr;
    // Halves that go to another thread meet there again.
    post_id_.reset();
    if (post_)
        post_->get.reset();
}

Connection::Remains Connection::give_up() {
    detach();
    Remains remains{std::move(stream_), parked_ ? parked_->request.serialize() : std::string()};
    const auto unread = parser_.take_unread();
    remains.begun.append(unread.begin(), unread.end());
    return remains;
}

void Connection::on_ready(uint32_t events) {
    const Time now = thread_->loop().now();
    if (events & EPOLLOUT) {
        blocked_ = false;
        pump(now);
    }
    if (!doomed_ && (events & EPOLLIN) && !is_paused())
        read(now);
    else if (!doomed_ && (events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)))
        doom("closed by the peer");
}

void Connection::read(Time now) {
    const auto buffer = thread_->read_buffer();
    const auto [size, outcome] = stream_->read(buffer);
    if (outcome == net::ByteStream::Outcome::Broken) {
        doom(stream_->why());
        return;
    }
    const auto bytes = buffer.first(size);
    if (!bytes.empty() && !closing_)
        receive(bytes, now);
    // A handshake may have more to say than the socket takes.
    if (!doomed_ && stream_->flush() == net::ByteStream::Outcome::Blocked) {
        blocked_ = true;
        follow_interest();
    }
}

void Connection::receive(std::span<const uint8_t> bytes, Time now) {
    switch (role_) {
        case Role::Beginning:
            return begin(bytes, now);
        case Role::Rtsp:
            return take_in(bytes, now);
        case Role::TunnelGet:
            return;  // what the client says comes from the POST half
        case Role::TunnelPost:
            return forward(bytes);
    }
}

void Connection::begin_tls(std::span<const uint8_t> first_bytes) {
    net::TlsContext *tls = thread_->server().tls();
    if (!tls)
        return doom("speaks TLS, for which there is no certificate");
    UniqueFd fd = static_cast<net::PlainStream &>(*stream_).release();
    stream_ = tls->accept(std::move(fd), first_bytes);
    secure_ = true;
    read(thread_->loop().now());
}

void Connection::queue(std::string_view bytes) {
    if (!writer_.queue_control(bytes))
        doom("does not read its answers");
}

void Connection::pump(Time now) {
    if (doomed_ || blocked_ || in_pump_)
        return;
    in_pump_ = true;
    bool goes_on = take(writer_.flush(*stream_, thread_->scratch()), now);
    while (goes_on && !closing_) {
        goes_on = false;
        for (TcpViewer *viewer : viewers_)
            goes_on = !blocked_ && !doomed_ && (send_next(*viewer, now) || goes_on);
    }
    in_pump_ = false;
    if (doomed_)
        return;
    if (closing_ && writer_.idle())
        doom("answered, and closing");
    follow_interest();
}

// One batch; false when there is none or the socket takes no more.
bool Connection::send_next(TcpViewer &viewer, Time now) {
    std::optional<uint8_t> channel;
    auto batch = viewer.next(now, channel);
    if (const char *why = viewer.why_over()) {
        CORE_INFO("session of %s ends: %s", viewer.session().mount()->path().c_str(), why);
        doom(why);
    }
    if (!batch || doomed_)
        return false;
    return take(writer_.write(*stream_, std::move(batch), channel, thread_->scratch()), now);
}

bool Connection::take(net::StreamWriter::Outcome outcome, Time now) {
    blocked_ = outcome == net::StreamWriter::Outcome::Blocked;
    if (outcome == net::StreamWriter::Outcome::Broken)
        doom("connection broken");
    if (writer_.bytes_sent() != bytes_seen_sent_) {
        bytes_seen_sent_ = writer_.bytes_sent();
        for (const TcpViewer *viewer : viewers_)
            const_cast<TcpViewer *>(viewer)->session().touch(now);
    }
    return outcome == net::StreamWriter::Outcome::Done;
}

// Whether nothing is to be read now: a request is parked, here or on the GET half for which this one reads.
bool Connection::is_paused() {
    if (role_ != Role::TunnelPost || closing_)
        return parked_.has_value();
    const Connection *get = get_half();
    return !get || get->parked_;
}

// Reads unless that has to wait, writes when the socket took only a part. The end of a POST half is looked for only
// behind all that it said.
void Connection::follow_interest() {
    const bool paused = is_paused();
    const bool end_may_wait = paused && role_ == Role::TunnelPost;
    const uint32_t interest = (end_may_wait ? 0u : EPOLLRDHUP) | (paused ? 0u : EPOLLIN) | (blocked_ ? EPOLLOUT : 0u);
    if (interest != interest_)
        thread_->loop().modify(stream_->fd(), interest, *this);
    interest_ = interest;
    if (Connection *post = post_half())
        post->follow_interest();
}

void Connection::add_session(Session &session) {
    sessions_.push_back(&session);
    session.set_connection(this);
}

void Connection::remove_session(Session &session) {
    std::erase(sessions_, &session);
    session.set_connection(nullptr);
}

std::optional<rtsp::ChannelPair> Connection::free_channels(rtsp::ChannelPair wanted) const {
    std::array<bool, 256> used{};
    for (const Session *session : sessions_)
        for (const auto &[index, stream] : session->streams())
            if (const auto &channels = stream.transport.interleaved)
                used[channels->rtp] = used[channels->rtcp] = true;
    if (wanted.rtp != wanted.rtcp && !used[wanted.rtp] && !used[wanted.rtcp])
        return wanted;
    for (unsigned rtp = 0; rtp + 1 < used.size(); rtp += 2)
        if (!used[rtp] && !used[rtp + 1])
            return rtsp::ChannelPair{static_cast<uint8_t>(rtp), static_cast<uint8_t>(rtp + 1)};
    return std::nullopt;
}

void Connection::doom(std::string_view why) {
    if (std::exchange(doomed_, true))
        return;
    CORE_DEBUG("%s: %.*s", peer_.to_string().c_str(), static_cast<int>(why.size()), why.data());
    leave_tunnel();
    thread_->bury(*this);
}

bool Connection::is_overdue(Time now, Duration request_timeout, Duration idle_timeout) const {
    if (parked_ || is_post_half())
        return false;
    if (parser_.in_message())
        return now - message_began_ > request_timeout;
    return sessions_.empty() && now - last_request_ > (has_spoken_ ? idle_timeout : request_timeout);
}

}  // namespace rtspcore::server

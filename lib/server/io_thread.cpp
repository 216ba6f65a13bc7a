// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/io_thread.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "net/tls_context.h"
#include "server/multicast_membership.h"
#include "server/server.h"
#include "server/viewer.h"

namespace rtspcore::server {

namespace {

constexpr std::chrono::seconds kTick{1};

}  // namespace

class IoThread::MailboxReader : public EventLoop::Handler {
public:
    explicit MailboxReader(IoThread &thread) : thread_(thread) {}
    void on_ready(uint32_t) override { thread_.read_mailbox(); }

private:
    IoThread &thread_;
};

class IoThread::DecisionReader : public EventLoop::Handler {
public:
    explicit DecisionReader(IoThread &thread) : thread_(thread) {}
    void on_ready(uint32_t) override {
        for (const uint64_t connection : thread_.decisions().take_answered())
            thread_.resume(connection);
    }

private:
    IoThread &thread_;
};

IoThread::IoThread(Server &server, unsigned index, std::unique_ptr<net::UdpPorts> udp)
    : server_(server),
      index_(index),
      mailbox_(std::make_shared<media::Mailbox>()),
      mailbox_reader_(std::make_unique<MailboxReader>(*this)),
      decisions_(std::make_shared<access::Decisions>()),
      decision_reader_(std::make_unique<DecisionReader>(*this)),
      udp_(std::move(udp)),
      requests_(*this),
      groups_(*this),
      sessions_(index) {
    loop_.watch(mailbox_->fd(), EPOLLIN, *mailbox_reader_);
    loop_.watch(decisions_->fd(), EPOLLIN, *decision_reader_);
    if (udp_)
        udp_->attach(loop_, *this);
}

IoThread::~IoThread() {
    stop();
}

void IoThread::start() {
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), ("rtspsink-io" + std::to_string(index_)).c_str());
        tick();
        loop_.run();
    });
}

void IoThread::stop() {
    if (!thread_.joinable())
        return;
    loop_.post([this] { shut_down(); });
    loop_.quit();
    thread_.join();
}

void IoThread::shut_down() {
    stopping_ = true;
    const Time now = loop_.now();
    groups_.close_all();
    for (Session *session : sessions_.all()) {
        if (session->viewer())
            session->viewer()->say_goodbye(now);
        Connection *connection = session->connection();
        end_session(*session);
        if (connection)
            connection->pump(now);
    }
    connections_.clear();
    mirrors_.clear();
    doomed_.clear();
    moving_to_thread_.clear();
    moving_to_fallback_.clear();
    relays_.clear();
    connection_count_ = 0;
    server_.statistics().connections.store(0, std::memory_order_relaxed);
}

void IoThread::post_connection(Arrival arrival, unsigned threads_to_ask) {
    auto shared = std::make_shared<Arrival>(std::move(arrival));
    connection_count_.fetch_add(1, std::memory_order_relaxed);
    loop_.post([=, this] {
        if (!stopping_ && (threads_to_ask == 0 || make_room())) {
            adopt(std::make_unique<Connection>(std::move(*shared), loop_.now()));
            return;
        }
        connection_count_.fetch_sub(1, std::memory_order_relaxed);
        if (!stopping_ && threads_to_ask > 1) {
            IoThread &next = server_.thread((index_ + 1) % server_.io_thread_count());
            next.post_connection(std::move(*shared), threads_to_ask - 1);
            return;
        }
        shared->fd.reset();
        server_.statistics().connections.fetch_sub(1, std::memory_order_relaxed);
        server_.statistics().connections_refused.fetch_add(1, std::memory_order_relaxed);
    });
}

// The oldest connection that has no session goes, so that those who only connect cannot keep viewers out.
bool IoThread::make_room() {
    for (const auto &[id, connection] : connections_) {
        if (!connection->sessions().empty() || connection->is_doomed() || connection->is_post_half())
            continue;
        connection->doom("makes room for a newer connection");
        return true;
    }
    return false;
}

void IoThread::post_mounts_changed() {
    loop_.post([this] {
        std::vector<Connection *> waiting;
        for (const auto &[id, connection] : connections_)
            if (connection->parked() && connection->parked()->reason == ParkedRequest::For::Mount)
                waiting.push_back(connection.get());
        for (Connection *connection : waiting)
            connection->resume(false);
    });
}

Connection &IoThread::adopt(std::unique_ptr<Connection> connection) {
    const uint64_t id = next_connection_++;
    connection->attach(*this, id);
    return *connections_.emplace(id, std::move(connection)).first->second;
}

Connection *IoThread::connection(uint64_t id) {
    const auto found = connections_.find(id);
    return found == connections_.end() ? nullptr : found->second.get();
}

void IoThread::resume(uint64_t id) {
    if (Connection *found = connection(id))
        found->resume(false);
}

MountMirror &IoThread::mirror_of(const std::shared_ptr<media::Mount> &mount) {
    auto &mirror = mirrors_[mount->id()];
    if (!mirror) {
        mirror = std::make_unique<MountMirror>(mount, mailbox_, udp_.get());
        // One that closed before the mailbox was subscribed does not tell any more.
        if (mount->is_closed())
            loop_.post([this, id = mount->id()] { close_mount(id); });
    }
    return *mirror;
}

Viewer &IoThread::make_viewer(Session &session) {
    MountMirror &mirror = mirror_of(session.mount());
    if (session.is_interleaved())
        session.set_viewer(std::make_unique<TcpViewer>(session, mirror));
    else
        session.set_viewer(std::make_unique<UdpViewer>(session, mirror, *udp_, loop_));
    return *session.viewer();
}

void IoThread::end_viewer(Session &session) {
    session.set_viewer(nullptr);
    session.set_membership(nullptr);
    schedule_reaping();  // of the mirror, if it was the last viewer's
}

void IoThread::end_session(Session &session) {
    peers_.remove(session);
    end_viewer(session);
    if (session.connection())
        session.connection()->remove_session(session);
    sessions_.erase(session);
    server_.statistics().sessions.fetch_sub(1, std::memory_order_relaxed);
}

bool IoThread::has_room_for_session() {
    const size_t limit = server_.config().max_connections;
    const unsigned limit_of_all = server_.config().access.max_sessions;
    const auto has_room = [&] {
        const auto all = server_.statistics().sessions.load(std::memory_order_relaxed);
        return sessions_.size() < limit && (limit_of_all == 0 || all < limit_of_all);
    };
    if (has_room())
        return true;
    for (Session *session : sessions_.abandoned())
        end_session(*session);
    return has_room();
}

void IoThread::read_mailbox() {
    mailbox_->take(deliveries_);
    std::vector<MountMirror *> touched;
    for (media::Delivery &delivery : deliveries_) {
        const auto mirror = mirrors_.find(delivery.mount);
        if (mirror == mirrors_.end())
            continue;
        if (!delivery.batch) {
            const uint64_t mount = delivery.mount;
            mirror->second->distribute(loop_.now());
            close_mount(mount);
            continue;
        }
        mirror->second->receive(delivery.index, std::move(delivery.batch));
        if (std::find(touched.begin(), touched.end(), mirror->second.get()) == touched.end())
            touched.push_back(mirror->second.get());
    }
    deliveries_.clear();
    for (MountMirror *mirror : touched)
        mirror->distribute(loop_.now());
}

void IoThread::close_mount(uint64_t mount) {
    groups_.close(mount);
    for (Session *session : sessions_.of_mount(mount))
        dismiss(*session);
}

// RTSP 1.0 has no request with which a server ends a session: viewers get BYE, and those over TCP the end of their
// connection.
void IoThread::dismiss(Session &session) {
    Connection *connection = session.connection();
    const bool interleaved = session.is_interleaved();
    if (session.viewer())
        session.viewer()->say_goodbye(loop_.now());
    end_session(session);
    if (connection && interleaved) {
        connection->close_after_flush();
        connection->pump(loop_.now());
    }
}

void IoThread::dismiss_unwelcome() {
    const WallTime now = wall_now();
    for (Session *session : sessions_.all()) {
        if (server_.access().is_welcome(session->visitor(), session->mount()->path(), now))
            continue;
        CORE_INFO("session of %s ends: its token or its user is no longer good", session->mount()->path().c_str());
        dismiss(*session);
    }
}

void IoThread::dismiss_over() {
    for (Session *session : sessions_.all()) {
        if (session->viewer())
            session->viewer()->look_behind(loop_.now());
        const char *why = session->viewer() ? session->viewer()->why_over() : nullptr;
        if (!why)
            continue;
        CORE_INFO("session of %s ends: %s", session->mount()->path().c_str(), why);
        // Who reads nothing is not waited for.
        if (session->connection() && session->is_interleaved())
            session->connection()->doom(why);
        else
            dismiss(*session);
    }
}

void IoThread::bury(Connection &connection) {
    doomed_.push_back(&connection);
    schedule_reaping();
}

void IoThread::schedule_reaping() {
    if (!stopping_ && !std::exchange(reaping_scheduled_, true))
        loop_.post([this] { reap(); });
}

// Nothing is destroyed while somebody further up the stack may still use it.
void IoThread::reap() {
    reaping_scheduled_ = false;
    for (const auto &[connection, thread] : std::exchange(moving_to_thread_, {})) {
        if (connection->is_doomed())
            continue;
        Connection *post = connection->post_half();
        move_to_thread(*connection, thread);
        if (post)
            move_to_thread(*post, thread);
    }
    for (Connection *connection : std::exchange(moving_to_fallback_, {}))
        if (!connection->is_doomed())
            move_to_fallback(*connection);
    for (Connection *connection : std::exchange(doomed_, {})) {
        end_sessions_of(*connection);
        take_out(*connection);
        connection_count_.fetch_sub(1, std::memory_order_relaxed);
        server_.statistics().connections.fetch_sub(1, std::memory_order_relaxed);
    }
    std::erase_if(mirrors_, [](const auto &entry) { return !entry.second->has_viewers(); });
}

std::unique_ptr<Connection> IoThread::take_out(Connection &connection) {
    const auto found = connections_.find(connection.id());
    auto taken = std::move(found->second);
    connections_.erase(found);
    return taken;
}

// Sessions over UDP do not depend on the connection (RFC 2326 section 1.1).
void IoThread::end_sessions_of(Connection &connection) {
    const std::vector<Session *> sessions = connection.sessions();
    for (Session *session : sessions)
        if (session->is_interleaved())
            end_session(*session);
        else
            connection.remove_session(*session);
    end_play_of(connection);
}

// That waits to be answered. Whichever connection the session was set up on, nobody else would end it.
void IoThread::end_play_of(const Connection &connection) {
    const auto &parked = connection.parked();
    if (!parked || parked->reason != ParkedRequest::For::FirstUnit)
        return;
    const auto id = parked->request.headers.find("Session");
    Session *session = id ? sessions_.find(*id) : nullptr;
    if (!session)
        return;
    const bool begins = session->viewer() && session->viewer()->is_held();
    const bool joins = session->membership() && !session->membership()->has_begun();
    if (begins || joins)
        end_viewer(*session);
}

void IoThread::tick() {
    const Time now = loop_.now();
    const ServerConfig &config = server_.config();
    for (const auto &[id, mirror] : mirrors_)
        mirror->report_silence(now);
    excuse_silent_sessions(now);
    end_expired_sessions(now);
    if (index_ == 0)
        look_after_server(now);
    dismiss_unwelcome();
    dismiss_over();
    groups_.close_over();
    for (const auto &[id, connection] : connections_)
        if (connection->is_overdue(now, config.request_timeout, config.session_timeout))
            connection->doom("no request in time");
    loop_.start_timer(now + kTick, [this] { tick(); });
}

// ffmpeg asks for something only between packets that it gets, and sends receiver reports by the bytes that it got: of
// who is sent nothing nothing comes. Their connection tells that they are there: TCP itself asks for that. A quarter of
// the time-out is less than what is left of it when they have just not asked yet.
void IoThread::excuse_silent_sessions(Time now) {
    const Duration lately = Duration(server_.config().session_timeout) / 4;
    for (Session *session : sessions_.all()) {
        const Connection *connection = session->connection();
        if (connection && !connection->is_blocked() && session->is_silent(now, lately))
            session->touch(now);
    }
}

void IoThread::end_expired_sessions(Time now) {
    for (Session *session : sessions_.expired(now, server_.config().session_timeout)) {
        CORE_INFO("session of %s timed out", session->mount()->path().c_str());
        Connection *connection = session->connection();
        const bool interleaved = session->is_interleaved();
        end_session(*session);
        if (connection && interleaved)
            connection->doom("its session timed out");
    }
}

// What there is once for all threads.
void IoThread::look_after_server(Time now) {
    server_.access().refresh();
    if (server_.tls())
        server_.tls()->refresh();
    if (server_.config().access.max_bit_rate > 0)
        server_.outgoing_rate().sample(server_.mounts().all(), now);
}

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/acceptor.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <utility>

#include "base/log.h"
#include "server/access/refusal_log.h"
#include "server/access/turned_away.h"
#include "server/io_thread.h"
#include "server/server.h"

namespace rtspcore::server {

namespace {

constexpr int kPerRound = 64;                  // a flood of connects shares the thread with the viewers
constexpr uint64_t kMostOverLimit = 32;        // that wait for others to make room, and have descriptors already
constexpr rlim_t kDescriptorsForOthers = 128;  // of the process we live in
constexpr std::chrono::seconds kRest{1};

UniqueFd open_reserve() {
    return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

uint64_t connection_limit(unsigned configured) {
    rlimit descriptors{};
    getrlimit(RLIMIT_NOFILE, &descriptors);
    const rlim_t usable = descriptors.rlim_cur - std::min(descriptors.rlim_cur / 2, kDescriptorsForOthers);
    return std::min<uint64_t>(configured, usable);
}

}  // namespace

Acceptor::Acceptor(Server &server, net::BoundSocket socket, bool tls_only)
    : server_(server),
      socket_(std::move(socket)),
      tls_only_(tls_only),
      reserve_(open_reserve()),
      limit_(connection_limit(server.config().max_connections)) {}

void Acceptor::attach(EventLoop &loop) {
    loop_ = &loop;
    loop.watch(socket_.fd.get(), EPOLLIN, *this);
}

void Acceptor::on_ready(uint32_t) {
    const auto &open = server_.statistics().connections;
    for (int i = 0; i < kPerRound && open.load(std::memory_order_relaxed) < limit_ + kMostOverLimit; ++i) {
        UniqueFd fd(::accept4(socket_.fd.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (fd)
            accept_one(std::move(fd));
        else if (errno == EMFILE || errno == ENFILE) {
            if (!refuse_one())
                return rest();
        } else if (errno != ECONNABORTED && errno != EINTR)
            return;
    }
}

void Acceptor::accept_one(UniqueFd fd) {
    sockaddr_storage raw_peer{};
    sockaddr_storage raw_local{};
    socklen_t size = sizeof raw_peer;
    getpeername(fd.get(), reinterpret_cast<sockaddr *>(&raw_peer), &size);
    size = sizeof raw_local;
    getsockname(fd.get(), reinterpret_cast<sockaddr *>(&raw_local), &size);
    const auto peer = net::SocketAddress::from(reinterpret_cast<sockaddr *>(&raw_peer));
    const auto local = net::SocketAddress::from(reinterpret_cast<sockaddr *>(&raw_local));
    if (!peer || !local)
        return;
    auto &statistics = server_.statistics();
    statistics.connections_total.fetch_add(1, std::memory_order_relaxed);
    // Of a balancer's connections it is known later whose they are.
    const bool is_balancer = access::any_contains(server_.config().access.trusted_proxies, *peer);
    auto admission = !is_balancer && server_.access().is_admitted(*peer) ? server_.access().admit(*peer) : nullptr;
    if (!admission && !is_balancer)
        return turn_away(fd.get(), *peer);
    const bool crowded = server_.access().has_too_many_strangers();
    const bool full = statistics.connections.fetch_add(1, std::memory_order_relaxed) >= limit_ || crowded;
    server_.least_busy_thread().post_connection({std::move(fd), *peer, *local, tls_only_, std::move(admission)},
                                                full ? server_.io_thread_count() : 0);
}

void Acceptor::turn_away(int fd, const net::SocketAddress &peer) {
    const bool is_denied = !server_.access().is_admitted(peer);
    const access::TurnedAway &reason = is_denied ? access::kAddressDenied : access::kTooManyConnections;
    (void)!::send(fd, reason.answer.data(), reason.answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    access::log_turned_away(peer, reason);
    server_.statistics().connections_refused.fetch_add(1, std::memory_order_relaxed);
}

// Whether that goes on: others of the process may have taken the descriptor, or all that there are.
bool Acceptor::refuse_one() {
    CORE_WARNING("out of file descriptors (RLIMIT_NOFILE): a connection is refused");
    reserve_.reset();
    UniqueFd refused(::accept4(socket_.fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const bool was_taken = !refused && (errno == EMFILE || errno == ENFILE);
    if (refused)
        server_.statistics().connections_refused.fetch_add(1, std::memory_order_relaxed);
    refused.reset();
    reserve_ = open_reserve();
    return !was_taken && reserve_;
}

// What waits to be accepted would wake the thread all the time.
void Acceptor::rest() {
    loop_->unwatch(socket_.fd.get(), *this);
    loop_->start_timer(loop_->now() + kRest, [this] {
        if (!reserve_)
            reserve_ = open_reserve();
        loop_->watch(socket_.fd.get(), EPOLLIN, *this);
    });
}

}  // namespace rtspcore::server

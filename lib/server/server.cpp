// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/server.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "net/socket.h"
#include "server/acceptor.h"
#include "server/io_thread.h"
#include "server/multicast_pool.h"

namespace rtspcore::server {

namespace {

constexpr unsigned kMostThreadsByDefault = 4;
constexpr unsigned kMostThreads = 64;

ServerError code_of(net::SocketError error) {
    switch (error) {
        case net::SocketError::BadAddress:
            return ServerError::BadAddress;
        case net::SocketError::InUse:
            return ServerError::PortTaken;
        case net::SocketError::Denied:
            return ServerError::PermissionDenied;
        case net::SocketError::NotAvailable:
            return ServerError::AddressNotAvailable;
        case net::SocketError::System:
            break;
    }
    return ServerError::System;
}

ServerError code_of(net::TlsError error) {
    switch (error) {
        case net::TlsError::Certificate:
            return ServerError::BadCertificate;
        case net::TlsError::Key:
            return ServerError::BadKey;
        case net::TlsError::ClientCa:
            return ServerError::BadClientCa;
        case net::TlsError::Library:
            break;
    }
    return ServerError::System;
}

unsigned thread_count(unsigned configured) {
    if (configured > 0)
        return std::min(configured, kMostThreads);
    return std::clamp(std::thread::hardware_concurrency(), 1u, kMostThreadsByDefault);
}

}  // namespace

Server::Server(ServerConfig config) : config_(std::move(config)), fallback_(config_.fallback) {
    if (config_.multicast.enabled)
        multicast_ = std::make_unique<MulticastPool>(config_.multicast);
}

Server::~Server() {
    for (const auto &thread : io_threads_)
        thread->stop();
}

Result<std::shared_ptr<Server>, ServerError> Server::open(ServerConfig config, const PrepareMounts &prepare) {
    std::shared_ptr<Server> server(new Server(std::move(config)));
    auto access = access::AccessControl::open(server->config_.access);
    if (!access)
        return Failure{ServerError::BadUsersFile, access.error().message};
    server->access_ = std::move(*access);
    auto socket = net::listen_on(server->config_.address, server->config_.port);
    if (!socket)
        return Failure{code_of(socket.error().code), socket.error().message};
    server->port_ = socket->port;
    server->acceptor_ = std::make_unique<Acceptor>(*server, std::move(*socket));
    if (const auto opened = server->open_tls(); !opened)
        return opened.error();
    if (const auto opened = server->open_udp_and_threads(prepare); !opened)
        return opened.error();
    return server;
}

Result<void, ServerError> Server::open_tls() {
    const TlsConfig &tls = config_.tls;
    if (tls.mode == TlsMode::Off)
        return {};
    auto context = net::TlsContext::open(tls.files);
    if (!context)
        return Failure{code_of(context.error().code), context.error().message};
    tls_ = std::move(*context);
    if (!tls.port)
        return {};
    auto socket = net::listen_on(config_.address, *tls.port);
    if (!socket)
        return Failure{ServerError::TlsPortNotAvailable, socket.error().message};
    tls_port_ = socket->port;
    tls_acceptor_ = std::make_unique<Acceptor>(*this, std::move(*socket), true);
    return {};
}

Result<std::unique_ptr<net::UdpPorts>, ServerError> Server::open_udp_ports() const {
    if (!config_.allow_udp)
        return std::unique_ptr<net::UdpPorts>();
    auto ports = net::UdpPorts::open(config_.address, config_.udp_ports.min, config_.udp_ports.max);
    if (ports)
        return std::move(*ports);
    const bool taken = ports.error().code == net::SocketError::InUse;
    return Failure{taken ? ServerError::NoUdpPorts : code_of(ports.error().code), ports.error().message};
}

Result<void, ServerError> Server::open_udp_and_threads(const PrepareMounts &prepare) {
    const unsigned count = thread_count(config_.io_threads);
    while (io_threads_.size() < count) {
        auto udp = open_udp_ports();
        // A range with fewer pairs than there could be threads serves with fewer threads.
        if (!udp && !io_threads_.empty() && udp.error().code == ServerError::NoUdpPorts)
            break;
        if (!udp)
            return udp.error();
        io_threads_.push_back(
            std::make_unique<IoThread>(*this, static_cast<unsigned>(io_threads_.size()), std::move(*udp)));
    }
    mounts_.set_change_hook([this] {
        for (const auto &thread : io_threads_)
            thread->post_mounts_changed();
    });
    if (prepare)
        prepare(mounts_);
    acceptor_->attach(io_threads_.front()->loop());
    if (tls_acceptor_)
        tls_acceptor_->attach(io_threads_.front()->loop());
    for (const auto &thread : io_threads_)
        thread->start();
    return {};
}

IoThread &Server::least_busy_thread() {
    const auto fewer = [](const auto &a, const auto &b) { return a->connection_count() < b->connection_count(); };
    return **std::min_element(io_threads_.begin(), io_threads_.end(), fewer);
}

void Server::unset_fallback(const std::shared_ptr<const Fallback> &fallback) {
    std::shared_ptr<const Fallback> gone;
    auto current = fallback_.lock();
    if (*current == fallback)
        current->swap(gone);
    current.unlock();
}

net::MulticastRoute Server::multicast_route() const {
    return {config_.multicast.interface, config_.multicast.ttl, config_.address};
}

void Server::count_session() {
    statistics_.sessions.fetch_add(1, std::memory_order_relaxed);
    statistics_.sessions_total.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace rtspcore::server

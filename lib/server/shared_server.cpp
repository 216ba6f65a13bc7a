// SPDX-License-Identifier: LGPL-2.1-or-later
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/config_in_force.h"
#include "server/server.h"

namespace rtspcore::server {

namespace {

// A server that lost its last user stays listed until it is closed, and whoever asks for its port waits for that. The
// lock is held while a server is opened; nothing of an application is called meanwhile.
struct Registry {
    std::mutex mutex;
    std::condition_variable closed;
    std::map<std::pair<std::string, uint16_t>, std::weak_ptr<Server>> servers;
};

Registry &registry() {
    static Registry instance;
    return instance;
}

// Nobody gets a server that is less closed than what was asked for.
bool has_access_of(const Server &server, const ServerConfig &config) {
    return config.access == access::AccessConfig() || config.access == server.config().access;
}

void close_and_unlist(std::shared_ptr<Server> server, const std::pair<std::string, uint16_t> &key) {
    server.reset();
    const std::lock_guard lock(registry().mutex);
    registry().servers.erase(key);
    registry().closed.notify_all();
}

}  // namespace

Result<std::shared_ptr<Server>, ServerError> shared_server(const ServerConfig &config, const PrepareMounts &prepare) {
    if (config.port == 0)
        return Server::open(config, prepare);
    const auto key = std::pair(config.address, config.port);
    std::unique_lock lock(registry().mutex);
    auto &servers = registry().servers;
    for (auto found = servers.find(key); found != servers.end(); found = servers.find(key)) {
        if (auto server = found->second.lock()) {
            if (server->config().tls != config.tls || server->config().srtp != config.srtp)
                return Failure{ServerError::SecuredOtherwise, std::string()};
            return has_access_of(*server, config) ? Result<std::shared_ptr<Server>, ServerError>(server)
                                                  : Failure{ServerError::SharedAccess, std::string()};
        }
        registry().closed.wait(lock);
    }
    auto opened = Server::open(config, prepare);
    if (!opened)
        return opened;
    // The outer pointer counts the users.
    Server *server = opened->get();
    std::shared_ptr<Server> shared(
        server, [inner = std::move(*opened), key](Server *) mutable { close_and_unlist(std::move(inner), key); });
    servers[key] = shared;
    return shared;
}

std::optional<ServerConfig> config_in_force(const std::string &address, uint16_t port) {
    std::vector<std::shared_ptr<Server>> others;  // let go of without the lock, which the end of a server takes
    std::shared_ptr<Server> best;
    {
        const std::lock_guard lock(registry().mutex);
        for (const auto &[key, listed] : registry().servers) {
            if (key.second != port)
                continue;
            auto server = listed.lock();
            if (server && (!best || key.first == address))
                std::swap(server, best);
            others.push_back(std::move(server));
        }
    }
    return best ? std::optional(best->config()) : std::nullopt;
}

}  // namespace rtspcore::server

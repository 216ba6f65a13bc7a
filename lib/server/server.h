// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "net/multicast_route.h"
#include "net/tls_context.h"
#include "server/access/access_control.h"
#include "server/fallback.h"
#include "server/http_tunnels.h"
#include "server/mount_table.h"
#include "server/multicast_config.h"
#include "server/outgoing_rate.h"

namespace rtspcore::net {
class UdpPorts;
}

namespace rtspcore::server {

class IoThread;
class Acceptor;
class MulticastPool;

struct UdpPortRange {
    uint16_t min = 0;  // 0: ephemeral
    uint16_t max = 0;
};

// `Optional`: the first bytes of a connection tell whether it is TLS. `Required`: those that are not get no more than a
// refusal.
enum class TlsMode : uint8_t { Off, Optional, Required };

struct TlsConfig {
    TlsMode mode = TlsMode::Off;
    net::TlsFiles files;
    std::optional<uint16_t> port;  // one more, at which nothing but TLS is spoken (322 by convention)

    bool operator==(const TlsConfig &) const = default;
};

// Whether media are encrypted for whoever is described them over TLS. `Optional`: if the URL asks for it (?srtp).
// `Required`: always, and who does not speak TLS is refused.
enum class SrtpMode : uint8_t { Off, Optional, Required };

struct SrtpConfig {
    SrtpMode mode = SrtpMode::Off;
    std::chrono::seconds key_lifetime{600};  // how long the same keys are told to those who come

    bool operator==(const SrtpConfig &) const = default;
};

struct ServerConfig {
    std::string address;      // numeric IPv4 or IPv6 to bind; empty: all of both families
    uint16_t port = 554;      // 0: any free port
    UdpPortRange udp_ports;   // a pair per I/O thread is taken; a range with fewer pairs makes fewer threads
    unsigned io_threads = 0;  // 0: as many as there are cores, at most 4
    std::chrono::seconds session_timeout{60};
    std::chrono::seconds request_timeout{10};       // for a connection without a session to send a whole request
    std::chrono::milliseconds describe_wait{5000};  // how long a DESCRIBE waits for a mount that is not complete yet
    unsigned max_connections = 10000;
    bool allow_udp = true;
    bool allow_tcp = true;
    MulticastConfig multicast;  // checked
    TlsConfig tls;
    SrtpConfig srtp;  // needs TLS, which is how keys are told
    access::AccessConfig access;
    // Asked as well as the rules of a mapping, for mappings that have none.
    access::Authorize authorize;
    std::shared_ptr<const Fallback> fallback;  // Server::set_fallback(), from the first client on
    std::string server_name;                   // the `Server` header
};

enum class ServerError : uint8_t {
    BadAddress,
    PortTaken,
    PermissionDenied,
    AddressNotAvailable,
    NoUdpPorts,
    BadCertificate,
    BadKey,
    BadClientCa,
    TlsPortNotAvailable,
    SecuredOtherwise,  // the port is served already, with another TlsConfig or SrtpConfig
    BadUsersFile,
    SharedAccess,  // the port is served already, with other rules of access
    System,
};

struct ServerStatistics {
    std::atomic<uint64_t> connections{0};  // open now
    std::atomic<uint64_t> connections_total{0};
    std::atomic<uint64_t> connections_refused{0};
    std::atomic<uint64_t> sessions{0};  // now
    std::atomic<uint64_t> sessions_total{0};
    std::atomic<uint64_t> requests{0};
    std::atomic<uint64_t> bad_requests{0};
    std::atomic<uint64_t> requests_denied{0};  // of those who may not, or did not prove who they are
    std::atomic<uint64_t> rtcp_dropped{0};     // malformed, or from an address that has no session
};

// Tells the table what is going to be served, so that no client is so early that it gets a 404 for it.
using PrepareMounts = std::function<void(MountTable &)>;

// Serves mounts on one port. Safe.
// open() binds and starts the I/O threads; the destructor is synchronous: when it returns all viewers are closed, the
// port is free, and no callback runs.
class Server {
public:
    // `prepare` is called before the first client is.
    static Result<std::shared_ptr<Server>, ServerError> open(ServerConfig config, const PrepareMounts &prepare = {});
    ~Server();

    [[nodiscard]] MountTable &mounts() { return mounts_; }
    [[nodiscard]] access::AccessControl &access() { return *access_; }
    [[nodiscard]] uint16_t port() const { return port_; }
    // Of TlsConfig::port; 0 if there is none.
    [[nodiscard]] uint16_t tls_port() const { return tls_port_; }
    [[nodiscard]] const ServerConfig &config() const { return config_; }
    [[nodiscard]] ServerStatistics &statistics() { return statistics_; }
    [[nodiscard]] OutgoingRate &outgoing_rate() { return outgoing_rate_; }

    // Who gets the connections that ask for something else than live mounts; null: they are answered 404. With several,
    // the last one that was set.
    void set_fallback(std::shared_ptr<const Fallback> fallback) { fallback_.lock()->swap(fallback); }
    void unset_fallback(const std::shared_ptr<const Fallback> &fallback);
    [[nodiscard]] std::shared_ptr<const Fallback> fallback() { return *fallback_.lock(); }

    // Whether those who do not speak TLS are refused.
    [[nodiscard]] bool is_tls_required() const {
        return config_.tls.mode == TlsMode::Required || config_.srtp.mode == SrtpMode::Required;
    }

    // For the I/O threads and the acceptor.
    [[nodiscard]] net::TlsContext *tls() { return tls_.get(); }  // null: not spoken
    [[nodiscard]] HttpTunnels &tunnels() { return tunnels_; }
    [[nodiscard]] bool has_thread(unsigned index) const { return index < io_threads_.size(); }
    [[nodiscard]] unsigned io_thread_count() const { return static_cast<unsigned>(io_threads_.size()); }
    [[nodiscard]] IoThread &thread(unsigned index) { return *io_threads_[index]; }
    [[nodiscard]] IoThread &least_busy_thread();
    void count_session();
    // Null when multicast is not offered.
    [[nodiscard]] MulticastPool *multicast() { return multicast_.get(); }
    [[nodiscard]] net::MulticastRoute multicast_route() const;

private:
    explicit Server(ServerConfig config);
    [[nodiscard]] Result<std::unique_ptr<net::UdpPorts>, ServerError> open_udp_ports() const;
    Result<void, ServerError> open_tls();
    Result<void, ServerError> open_udp_and_threads(const PrepareMounts &prepare);

    const ServerConfig config_;
    ServerStatistics statistics_;
    MountTable mounts_;
    HttpTunnels tunnels_;
    Guarded<std::shared_ptr<const Fallback>> fallback_;
    std::unique_ptr<MulticastPool> multicast_;
    OutgoingRate outgoing_rate_;
    std::unique_ptr<access::AccessControl> access_;
    std::vector<std::unique_ptr<IoThread>> io_threads_;
    std::unique_ptr<Acceptor> acceptor_;
    std::unique_ptr<Acceptor> tls_acceptor_;
    std::shared_ptr<net::TlsContext> tls_;
    uint16_t port_ = 0;
    uint16_t tls_port_ = 0;
};

// The server for an address and port of this process: several elements, in several pipelines, share one. The first that
// asks decides the configuration; the server ends with its last user. Who asks for another TlsConfig or
// SrtpConfig than the one in force fails (SecuredOtherwise), and who asks for other rules of access does
// (SharedAccess), unless it asks for none. Port 0 is never shared. `prepare` as for Server::open(), and not called if
// the server is there already. Safe.
Result<std::shared_ptr<Server>, ServerError> shared_server(const ServerConfig &config,
                                                           const PrepareMounts &prepare = {});

}  // namespace rtspcore::server

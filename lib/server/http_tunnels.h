// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/guarded.h"
#include "net/socket_address.h"

namespace rtspcore::server {

// Which connections are the GET half of an HTTP tunnel, by the cookie that their POST half will name and the host that
// both have to come from: a cookie that somebody else guessed names nothing. An entry lives as long as its GET half, so
// there are no more of them than connections. Safe.
class HttpTunnels {
public:
    // Where a GET half is: the I/O thread that holds it, and its Connection::id() there.
    struct Place {
        unsigned thread;
        uint64_t connection;
    };
    struct Name {
        net::SocketAddress host;  // without port
        std::string cookie;
        auto operator<=>(const Name &) const = default;
    };
    static Name name(const net::SocketAddress &client, std::string cookie) {
        return {client.with_port(0), std::move(cookie)};
    }

    // Held by the GET half; the entry goes with it. Must not outlive the table.
    class Entry {
    public:
        Entry(HttpTunnels &tunnels, Name name) : tunnels_(tunnels), name_(std::move(name)) {}
        ~Entry() { tunnels_.remove(name_); }
        Entry(const Entry &) = delete;
        Entry &operator=(const Entry &) = delete;

        void move_to(Place place) { tunnels_.set(name_, place); }

    private:
        HttpTunnels &tunnels_;
        const Name name_;
    };

    // False when there is one of that name.
    [[nodiscard]] bool add(const Name &name, Place place);
    [[nodiscard]] std::optional<Place> find(const Name &name);

private:
    void set(const Name &name, Place place);
    void remove(const Name &name);

    Guarded<std::map<Name, Place>> places_;
};

}  // namespace rtspcore::server

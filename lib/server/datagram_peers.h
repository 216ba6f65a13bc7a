// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "net/socket_address.h"
#include "server/session.h"

namespace rtspcore::server {

// Whose datagrams are whose: the addresses at which the UDP streams of one I/O thread's sessions are, or are thought to
// be. Confined to it.
//
// A client behind NAT does not know its outer ports. Players therefore send a datagram to each of our ports before they
// play; one that comes from the host of a client, but from a port nobody named, tells where the first stream of the
// youngest session of that host that was not heard yet really is. It may be wrong (another viewer of that host has just
// left, and still sends), so a stream that is heard at the port it was set up with is there. It never moves a stream to
// another host. Where datagrams can prove whose they are (SRTCP) nothing is learnt from those that do not.
class DatagramPeers {
public:
    // How long after SETUP a stream may be found elsewhere: until then players have sent their datagrams. Later ones
    // come from somebody else of that host, who must not take the media away from a viewer.
    static constexpr std::chrono::seconds kLearning{10};
    // How many streams of one host a datagram is tried with.
    static constexpr size_t kMostTried = 64;

    struct Peer {
        Session *session;
        unsigned track;
    };

    // Whether the datagram at hand is of that stream.
    using Proof = std::function<bool(const Peer &)>;

    void add(Session &session, unsigned track);
    void remove(Session &session);

    struct Datagram {
        const net::SocketAddress &from;
        bool rtcp;
        Proof proof = {};  // none: any is taken for what its address says
    };
    // The stream from whose peer this datagram is; learns its address if that is how it became known. Nothing for
    // strangers, and for what is not proven.
    std::optional<Peer> identify(const Datagram &datagram, Time now);
    [[nodiscard]] std::optional<Peer> at(const net::SocketAddress &address) const;

private:
    std::optional<Peer> learn(const Datagram &datagram, Time now);
    // The streams that a datagram from a port which nobody named may be of, the likeliest first.
    [[nodiscard]] std::vector<Peer> candidates(const Datagram &datagram, Time now) const;
    void forget(const net::SocketAddress &address, const Session &session);

    std::map<net::SocketAddress, Peer> peers_;
};

}  // namespace rtspcore::server

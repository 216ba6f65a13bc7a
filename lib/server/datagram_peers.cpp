// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/datagram_peers.h"

namespace rtspcore::server {

namespace {

net::SocketAddress &address_of(SessionStream &stream, bool rtcp) {
    return rtcp ? stream.rtcp_peer : stream.rtp_peer;
}

bool &heard(SessionStream &stream, bool rtcp) {
    return rtcp ? stream.rtcp_heard : stream.rtp_heard;
}

// What SETUP said, whatever was learnt since.
net::SocketAddress named_address(const SessionStream &stream, bool rtcp) {
    const rtsp::PortPair ports = stream.transport.client_port.value_or(rtsp::PortPair{});
    return rtcp ? stream.rtcp_peer.with_port(ports.rtcp) : stream.rtp_peer.with_port(ports.rtp);
}

Time begin_of(const DatagramPeers::Peer &peer) {
    return peer.session->streams().begin()->second.set_up;
}

// Of several that could have sent a datagram: the youngest session, since players send when they begin, and the streams
// of one in their order.
bool is_before(const DatagramPeers::Peer &one, const DatagramPeers::Peer &other) {
    return one.session == other.session ? one.track < other.track : begin_of(one) > begin_of(other);
}

}  // namespace

void DatagramPeers::add(Session &session, unsigned track) {
    SessionStream &stream = *session.stream(track);
    for (const bool rtcp : {false, true}) {
        peers_[named_address(stream, rtcp)] = {&session, track};
        peers_[address_of(stream, rtcp)] = {&session, track};
    }
}

void DatagramPeers::remove(Session &session) {
    for (auto &[index, stream] : session.streams()) {
        for (const bool rtcp : {false, true}) {
            forget(address_of(stream, rtcp), session);
            forget(named_address(stream, rtcp), session);
        }
    }
}

std::optional<DatagramPeers::Peer> DatagramPeers::at(const net::SocketAddress &address) const {
    const auto found = peers_.find(address);
    if (found == peers_.end())
        return std::nullopt;
    return found->second;
}

std::optional<DatagramPeers::Peer> DatagramPeers::identify(const net::SocketAddress &from, bool rtcp, Time now) {
    const auto known = at(from);
    if (!known)
        return learn(from, rtcp, now);
    SessionStream &stream = *known->session->stream(known->track);
    net::SocketAddress &address = address_of(stream, rtcp);
    if (from != address && from == named_address(stream, rtcp)) {
        forget(address, *known->session);
        address = from;
    }
    heard(stream, rtcp) = true;
    return known;
}

std::optional<DatagramPeers::Peer> DatagramPeers::learn(const net::SocketAddress &from, bool rtcp, Time now) {
    std::optional<Peer> youngest;
    // The peers of one host stand together, by port.
    for (auto entry = peers_.lower_bound(from.with_port(0)); entry != peers_.end() && entry->first.same_host(from);
         ++entry) {
        SessionStream &stream = *entry->second.session->stream(entry->second.track);
        const bool may_be_elsewhere = !heard(stream, rtcp) && entry->first == address_of(stream, rtcp);
        if (may_be_elsewhere && now - stream.set_up < kLearning && (!youngest || is_before(entry->second, *youngest)))
            youngest = entry->second;
    }
    if (!youngest)
        return std::nullopt;
    SessionStream &stream = *youngest->session->stream(youngest->track);
    address_of(stream, rtcp) = from;
    heard(stream, rtcp) = true;
    peers_[from] = *youngest;
    return youngest;
}

void DatagramPeers::forget(const net::SocketAddress &address, const Session &session) {
    const auto found = peers_.find(address);
    if (found != peers_.end() && found->second.session == &session)
        peers_.erase(found);
}

}  // namespace rtspcore::server

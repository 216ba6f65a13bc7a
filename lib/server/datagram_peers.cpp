// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/datagram_peers.h"

#include <algorithm>
#include <tuple>

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
    return std::tuple(begin_of(other), one.session, one.track) < std::tuple(begin_of(one), other.session, other.track);
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

std::optional<DatagramPeers::Peer> DatagramPeers::identify(const Datagram &datagram, Time now) {
    const auto &[from, rtcp, proof] = datagram;
    const auto known = at(from);
    if (!known)
        return learn(datagram, now);
    if (proof && !proof(*known))
        return std::nullopt;
    SessionStream &stream = *known->session->stream(known->track);
    net::SocketAddress &address = address_of(stream, rtcp);
    if (from != address && from == named_address(stream, rtcp)) {
        forget(address, *known->session);
        address = from;
    }
    heard(stream, rtcp) = true;
    return known;
}

std::optional<DatagramPeers::Peer> DatagramPeers::learn(const Datagram &datagram, Time now) {
    const auto &[from, rtcp, proof] = datagram;
    for (const Peer &peer : candidates(datagram, now)) {
        if (proof && !proof(peer))
            continue;
        SessionStream &stream = *peer.session->stream(peer.track);
        address_of(stream, rtcp) = from;
        heard(stream, rtcp) = true;
        peers_[from] = peer;
        return peer;
    }
    return std::nullopt;
}

std::vector<DatagramPeers::Peer> DatagramPeers::candidates(const Datagram &datagram, Time now) const {
    std::vector<Peer> found;
    // The peers of one host stand together, by port.
    for (auto entry = peers_.lower_bound(datagram.from.with_port(0));
         entry != peers_.end() && entry->first.same_host(datagram.from); ++entry) {
        SessionStream &stream = *entry->second.session->stream(entry->second.track);
        const bool may_be_elsewhere =
            !heard(stream, datagram.rtcp) && entry->first == address_of(stream, datagram.rtcp);
        if (may_be_elsewhere && now - stream.set_up < kLearning)
            found.push_back(entry->second);
    }
    std::ranges::sort(found, is_before);
    found.resize(std::min(found.size(), kMostTried));
    return found;
}

void DatagramPeers::forget(const net::SocketAddress &address, const Session &session) {
    const auto found = peers_.find(address);
    if (found != peers_.end() && found->second.session == &session)
        peers_.erase(found);
}

}  // namespace rtspcore::server

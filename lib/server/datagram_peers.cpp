// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/datagram_peers.h"

namespace rtspcore::server {

void DatagramPeers::add(Session &session, unsigned track) {
    const SessionStream *stream = session.stream(track);
    peers_[stream->rtp_peer] = {&session, track};
    peers_[stream->rtcp_peer] = {&session, track};
}

void DatagramPeers::remove(Session &session) {
    for (const auto &[index, stream] : session.streams()) {
        forget(stream.rtp_peer, session);
        forget(stream.rtcp_peer, session);
    }
}

std::optional<DatagramPeers::Peer> DatagramPeers::at(const net::SocketAddress &address) const {
    const auto found = peers_.find(address);
    if (found == peers_.end())
        return std::nullopt;
    return found->second;
}

std::optional<DatagramPeers::Peer> DatagramPeers::identify(const net::SocketAddress &from, bool rtcp) {
    const auto known = at(from);
    if (!known)
        return learn(from, rtcp);
    SessionStream *stream = known->session->stream(known->track);
    (rtcp ? stream->rtcp_heard : stream->rtp_heard) = true;
    return known;
}

std::optional<DatagramPeers::Peer> DatagramPeers::learn(const net::SocketAddress &from, bool rtcp) {
    // The peers of one host stand together, by port.
    for (auto entry = peers_.lower_bound(from.with_port(0)); entry != peers_.end() && entry->first.same_host(from);
         ++entry) {
        const Peer peer = entry->second;
        SessionStream *stream = peer.session->stream(peer.track);
        net::SocketAddress &address = rtcp ? stream->rtcp_peer : stream->rtp_peer;
        bool &heard = rtcp ? stream->rtcp_heard : stream->rtp_heard;
        if (heard || entry->first != address)
            continue;
        forget(address, *peer.session);
        address = from;
        heard = true;
        peers_[from] = peer;
        return peer;
    }
    return std::nullopt;
}

void DatagramPeers::forget(const net::SocketAddress &address, const Session &session) {
    const auto found = peers_.find(address);
    if (found != peers_.end() && found->second.session == &session)
        peers_.erase(found);
}

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
// What viewers tell by RTCP, over whatever it comes.
#include <variant>

#include "rtp/rtcp.h"
#include "server/io_thread.h"
#include "server/server.h"

namespace rtspcore::server {

namespace {

// What a viewer said, decrypted if it has to be; empty if it did not say it.
std::span<const uint8_t> open_rtcp(const DatagramPeers::Peer &viewer, std::span<const uint8_t> bytes) {
    if (!viewer.session->keys().protection)
        return bytes;
    auto &srtcp = viewer.session->stream(viewer.track)->srtcp;
    return srtcp ? srtcp->open(bytes) : std::span<const uint8_t>();
}

}  // namespace

void IoThread::on_interleaved(Connection &connection, uint8_t channel, std::span<const uint8_t> payload) {
    for (Session *session : connection.sessions())
        for (auto &[index, stream] : session->streams())
            if (stream.transport.interleaved && stream.transport.interleaved->rtcp == channel)
                return on_rtcp(*session, stream, open_rtcp({session, index}, payload));
    // RTP from a viewer, or a channel nobody set up.
    server_.statistics().rtcp_dropped.fetch_add(1, std::memory_order_relaxed);
}

void IoThread::on_datagram(const net::SocketAddress &from, std::span<const uint8_t> bytes, bool rtcp) {
    DatagramPeers::Datagram datagram{from, rtcp};
    std::span<const uint8_t> opened;
    if (rtcp)
        datagram.proof = [&](const DatagramPeers::Peer &viewer) {
            opened = open_rtcp(viewer, bytes);
            return !viewer.session->keys().protection || !opened.empty();
        };
    const auto peer = peers_.identify(datagram, loop_.now());
    if (!peer) {
        server_.statistics().rtcp_dropped.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    if (rtcp)
        on_rtcp(*peer->session, *peer->session->stream(peer->track), opened);
}

void IoThread::on_rtcp(Session &session, SessionStream &stream, std::span<const uint8_t> compound) {
    const auto items = rtp::parse_rtcp(compound);
    if (!items) {
        server_.statistics().rtcp_dropped.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    session.touch(loop_.now());
    for (const rtp::RtcpItem &item : *items) {
        if (const auto *report = std::get_if<rtp::ReceiverReport>(&item))
            for (const rtp::ReportBlock &block : report->blocks)
                on_report(stream, block, *session.mount());
        const bool wants_key_unit = std::holds_alternative<rtp::PictureLossIndication>(item) ||
                                    std::holds_alternative<rtp::FullIntraRequest>(item);
        if (wants_key_unit && stream.track->config().has_key_frames)
            stream.track->request_key_unit(loop_.now());
    }
}

void IoThread::on_report(SessionStream &stream, const rtp::ReportBlock &block, media::Mount &mount) {
    if (stream.transport.ssrc && block.source != *stream.transport.ssrc)
        return;
    mount.statistics().count_lost(block.cumulative_lost, stream.reported_lost);
}

// While the client's connection stands its player may just not have opened the port yet; without one nobody is there.
void IoThread::on_port_unreachable(const net::SocketAddress &address) {
    const auto peer = peers_.at(address);
    if (peer && !peer->session->connection())
        end_session(*peer->session);
}

// A player that died without TEARDOWN and comes back with the ports that it always has would get as many copies.
void IoThread::take_ports(const SessionStream &stream) {
    for (const net::SocketAddress &address : {stream.rtp_peer, stream.rtcp_peer}) {
        end_left_at(address);
        for (unsigned i = 0; i < server_.io_thread_count(); ++i)
            if (IoThread &other = server_.thread(i); &other != this)
                other.loop().post([&other, address] { other.end_left_at(address); });
    }
}

void IoThread::end_left_at(const net::SocketAddress &address) {
    const auto peer = peers_.at(address);
    if (!peer || peer->session->connection())
        return;
    const SessionStream &stream = *peer->session->stream(peer->track);
    if (stream.rtp_peer == address || stream.rtcp_peer == address)
        end_session(*peer->session);
}

}  // namespace rtspcore::server

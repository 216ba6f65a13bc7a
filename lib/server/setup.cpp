// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "base/log.h"
#include "media/mailbox.h"
#include "server/connection.h"
#include "server/io_thread.h"
#include "server/request_handler.h"
#include "server/server.h"

namespace rtspcore::server {

namespace {

constexpr size_t kMaxSessionsPerConnection = 64;

// The SSRC that the packets really carry: the payloader's by its caps, somebody's RTP by its newest packet.
std::optional<uint32_t> ssrc_of(const media::Track &track) {
    guint ssrc = 0;
    if (gst_structure_get_uint(gst_caps_get_structure(track.config().caps.get(), 0), "ssrc", &ssrc))
        return ssrc;
    return std::nullopt;
}

media::ViewerCopy copy_of(const rtsp::TransportSpec &transport) {
    const bool is_multicast = transport.lower == rtsp::TransportSpec::Lower::UdpMulticast;
    return is_multicast ? media::ViewerCopy::OfGroup : media::ViewerCopy::Own;
}

// What the streams but that one have agreed on: the only one of a session may be set up anew with any (RFC 2326 section
// 10.4).
std::optional<rtsp::TransportSpec::Lower> lower_transport_beside(const Session &session, unsigned track) {
    const bool is_only_one = session.streams().size() == 1 && session.stream(track);
    return is_only_one ? std::nullopt : session.lower_transport();
}

}  // namespace

Outcome RequestHandler::setup(Context &context) {
    auto found = find_mount(context);
    if (auto *instead = std::get_if<Outcome>(&found))
        return std::move(*instead);
    const auto mount = std::get<std::shared_ptr<media::Mount>>(found);
    if (context.session && context.session->mount() != mount)
        return refuse(context, rtsp::Status::AggregateOperationNotAllowed, "the session is of another presentation");
    const auto track = setup_track(context, *mount);
    if (!track)
        return refuse(context,
                      context.target.stream ? rtsp::Status::NotFound : rtsp::Status::AggregateOperationNotAllowed,
                      "SETUP takes the URL of one stream, as a=control of the SDP has it");
    context.target.stream = track;
    context.mount = mount;
    if (auto next = transition(context); auto *refusal = std::get_if<Outcome>(&next))
        return std::move(*refusal);
    if (!context.session && context.connection.sessions().size() >= kMaxSessionsPerConnection)
        return refuse(context, rtsp::Status::ServiceUnavailable, "too many sessions on one connection");
    if (!context.session && !thread_.has_room_for_session())
        return refuse(context, rtsp::Status::ServiceUnavailable, "too many sessions");
    if (!context.request.headers.find("Transport"))
        return refuse(context, rtsp::Status::BadRequest, "SETUP needs a Transport header");
    auto agreement = choose_transport(context);
    if (!agreement)
        return refuse(context, rtsp::Status::UnsupportedTransport, "none of the transports it offers is served");
    if (!context.session && !has_bandwidth(*mount, copy_of(agreement->transport)))
        return refuse(context, rtsp::Status::NotEnoughBandwidth, "one more viewer would exceed the bit rate");
    return set_up(context, std::move(*agreement));
}

// The stream of the control URL; that of the presentation when it has just one.
std::optional<unsigned> RequestHandler::setup_track(const Context &context, media::Mount &mount) {
    if (context.target.stream)
        return mount.track(*context.target.stream) ? context.target.stream : std::nullopt;
    const auto tracks = mount.tracks();
    if (tracks.size() != 1)
        return std::nullopt;
    return tracks.front()->index();
}

std::optional<RequestHandler::Agreement> RequestHandler::choose_transport(const Context &context) {
    const auto offers = rtsp::parse_transports(*context.request.headers.joined("Transport"));
    if (!offers)
        return std::nullopt;
    for (const rtsp::TransportSpec &offer : *offers)
        if (auto agreement = accept_offer(context, offer))
            return agreement;
    return std::nullopt;
}

std::optional<RequestHandler::Agreement> RequestHandler::accept_offer(const Context &context,
                                                                      rtsp::TransportSpec offer) {
    auto keys = agree_on_keys(context, offer);
    if (!keys)
        return std::nullopt;
    auto transport = accept_transport(context, std::move(offer), *keys);
    if (!transport)
        return std::nullopt;
    return Agreement{std::move(*transport), std::move(*keys)};
}

std::optional<rtsp::TransportSpec> RequestHandler::accept_transport(const Context &context, rtsp::TransportSpec offer,
                                                                    const media::KeyOffer &keys) {
    using Lower = rtsp::TransportSpec::Lower;
    const ServerConfig &config = thread_.server().config();
    const auto agreed =
        context.session ? lower_transport_beside(*context.session, *context.target.stream) : std::nullopt;
    if (offer.record || (agreed && *agreed != offer.lower))
        return std::nullopt;
    // Datagrams go to whoever asked only (docs/architecture.md): the client's idea of another destination is not
    // repeated.
    offer.destination.clear();
    offer.source.clear();
    offer.port.reset();
    offer.ttl.reset();
    // Whoever speaks TLS does not expect that the media are sent for all to see.
    const bool reveals = offer.lower != Lower::Tcp && context.connection.is_secure() && !keys.protection;
    // What is tunnelled is so because datagrams do not get through, and its peer may be a proxy.
    const bool misses = offer.lower != Lower::Tcp && context.connection.is_tunnelled();
    if (reveals || misses)
        return std::nullopt;
    if (offer.lower == Lower::UdpMulticast && context.mount->keys().may_join_group(keys.protection))
        return accept_multicast(context, std::move(offer));
    if (offer.lower == Lower::Udp && config.allow_udp && thread_.udp() && offer.client_port) {
        offer.server_port = rtsp::PortPair{thread_.udp()->rtp_port(), thread_.udp()->rtcp_port()};
        return offer;
    }
    const bool elsewhere = context.session && context.session->connection() != &context.connection;
    if (offer.lower == Lower::Tcp && config.allow_tcp && !elsewhere) {
        offer.interleaved = choose_channels(context, offer);
        return offer.interleaved ? std::optional(offer) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<rtsp::ChannelPair> RequestHandler::choose_channels(const Context &context,
                                                                 const rtsp::TransportSpec &offer) {
    const unsigned track = *context.target.stream;
    const SessionStream *before = context.session ? context.session->stream(track) : nullptr;
    if (before && before->transport.interleaved && offer.interleaved == before->transport.interleaved)
        return offer.interleaved;  // the stream is set up anew, with the channels it has
    const auto usual = static_cast<uint8_t>(2 * track);
    const rtsp::ChannelPair own{usual, static_cast<uint8_t>(usual + 1)};
    return context.connection.free_channels(offer.interleaved.value_or(own));
}

Outcome RequestHandler::set_up(Context &context, Agreement agreement) {
    auto srtcp = open_srtcp(context, agreement.keys);
    if (!srtcp)
        return refuse(context, srtcp.error().code, srtcp.error().message.c_str());
    adopt_session(context);
    Session &session = *context.session;
    session.set_keys(static_cast<uint8_t>(*context.target.stream), agreement.keys);
    thread_.datagram_peers().remove(session);
    add_stream(context, agreement.transport, std::move(*srtcp));
    if (agreement.transport.lower == rtsp::TransportSpec::Lower::Udp)
        thread_.take_ports(*session.stream(*context.target.stream));
    session.set_state(rtsp::SessionState::Ready);
    for (const auto &[index, each] : session.streams())
        if (each.transport.lower == rtsp::TransportSpec::Lower::Udp)
            thread_.datagram_peers().add(session, index);
    Answer answer = respond(context, rtsp::Status::Ok);
    answer.response.headers.add("Transport", rtsp::to_string(agreement.transport));
    return answer;
}

// The session that SETUP names, or a new one; it is this connection's from here on.
void RequestHandler::adopt_session(Context &context) {
    if (!context.session) {
        context.session = &thread_.sessions().create(context.mount, thread_.loop().now());
        context.session->set_visitor(context.visitor.value_or(access::Visitor()));
        thread_.server().count_session();
    }
    Session &session = *context.session;
    if (session.connection() == &context.connection)
        return;
    if (session.connection())
        session.connection()->remove_session(session);
    context.connection.add_session(session);
}

void RequestHandler::add_stream(Context &context, rtsp::TransportSpec &transport,
                                std::unique_ptr<rtp::SrtcpReceiver> srtcp) {
    Session &session = *context.session;
    const unsigned track = *context.target.stream;
    SessionStream stream;
    stream.track = context.mount->track(track);
    // Set up anew without another key, it goes on with the one that it has: what was said is not heard again.
    SessionStream *before = session.stream(track);
    const bool goes_on = before && before->srtcp && (!srtcp || before->srtcp->key() == srtcp->key());
    stream.srtcp = std::move(goes_on ? before->srtcp : srtcp);
    // Of unicast alone (RFC 2326 section 12.39). rtspsrc, when told the SSRC, begins with a rollover counter of 0
    // whatever the key was told with.
    const bool counts_on = session.keys().rollovers_of(static_cast<uint8_t>(track)) != 0;
    const bool is_unicast = transport.lower != rtsp::TransportSpec::Lower::UdpMulticast;
    transport.ssrc = is_unicast && !counts_on ? ssrc_of(*stream.track) : std::nullopt;
    stream.transport = transport;
    stream.set_up = thread_.loop().now();
    stream.uri = rtsp::stream_uri(context.request.uri, track);
    if (transport.lower == rtsp::TransportSpec::Lower::Udp) {
        stream.rtp_peer = context.connection.peer().with_port(transport.client_port->rtp);
        stream.rtcp_peer = context.connection.peer().with_port(transport.client_port->rtcp);
        stream.source = context.connection.local();
    }
    session.streams().insert_or_assign(track, std::move(stream));
}

}  // namespace rtspcore::server

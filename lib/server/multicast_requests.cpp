// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/log.h"
#include "rtsp/range.h"
#include "server/connection.h"
#include "server/io_thread.h"
#include "server/multicast_membership.h"
#include "server/multicast_pool.h"
#include "server/request_handler.h"
#include "server/rtp_info.h"
#include "server/server.h"

namespace rtspcore::server {

namespace {

// The group's thread tells within half a second what is sent first; should it not, PLAY is answered without RTP-Info.
constexpr std::chrono::milliseconds kGroupWait{1000};

bool is_source_specific(const std::string &address) {
    const auto group = net::SocketAddress::parse(address, 0);
    return group && group->is_source_specific();
}

}  // namespace

// Group, ports and TTL are ours, whatever the client wished (RFC 2326 section 12.39 has the server decide). When no
// group is left, or none can be reached, the answer is 461 rather than 453: no bandwidth is short, and 461 is what
// makes players go on to the next transport they know.
std::optional<rtsp::TransportSpec> RequestHandler::accept_multicast(const Context &context, rtsp::TransportSpec offer) {
    Server &server = thread_.server();
    if (!server.multicast() || !context.mount)
        return std::nullopt;
    const auto track = context.mount->track(*context.target.stream);
    const auto endpoint = server.multicast()->endpoint(context.mount, *track);
    if (!endpoint) {
        CORE_WARNING("%s: no multicast for stream %u: %s", context.mount->path().c_str(), track->index(),
                     endpoint.error().message.c_str());
        return std::nullopt;
    }
    const auto source = server.multicast_route().source_for(*endpoint);
    if (!source) {
        CORE_WARNING("%s: no multicast: %s; set multicast-iface, or add a route", context.mount->path().c_str(),
                     source.error().message.c_str());
        return std::nullopt;
    }
    offer.client_port.reset();
    offer.server_port.reset();
    offer.interleaved.reset();
    offer.destination = endpoint->host();
    offer.source = endpoint->is_source_specific() ? source->host() : "";
    offer.port = rtsp::PortPair{endpoint->port(), static_cast<uint16_t>(endpoint->port() + 1)};
    offer.ttl = server.config().multicast.ttl;
    return offer;
}

// Clients need to know the source of source-specific groups before they join. Where unicast is served, too, the
// description names no group: clients take one in c= for the only way (RFC 2326 section C.1.7), and Transport tells it.
std::map<unsigned, rtp::GroupDescription> RequestHandler::describe_groups(media::Mount &mount) {
    std::map<unsigned, rtp::GroupDescription> groups;
    Server &server = thread_.server();
    const bool only_multicast = !server.config().allow_udp && !server.config().allow_tcp;
    if (!server.multicast())
        return groups;
    for (const auto &track : mount.tracks()) {
        const std::string &fixed = track->config().group.address;
        // Others are not given a group before somebody asks for it.
        if (!only_multicast && !is_source_specific(fixed.empty() ? server.config().multicast.ip_min : fixed))
            continue;
        const auto endpoint = server.multicast()->endpoint(mount.shared_from_this(), *track);
        if (!endpoint)
            continue;
        const auto source = server.multicast_route().source_for(*endpoint);
        groups[track->index()] = {only_multicast ? endpoint->host() : "", !endpoint->is_ipv4(),
                                  server.config().multicast.ttl,
                                  source && endpoint->is_source_specific() ? source->host() : ""};
    }
    return groups;
}

Outcome RequestHandler::play_multicast(Context &context) {
    Session &session = *context.session;
    if (!session.membership()) {
        if (!has_bandwidth(*session.mount(), media::ViewerCopy::OfGroup))
            return refuse(context, rtsp::Status::NotEnoughBandwidth, "one more group would exceed the bit rate");
        auto membership = MulticastMembership::join(thread_, session, context.connection);
        if (!membership)
            return refuse(context, rtsp::Status::KeyManagementFailure, "the group is sent with other keys meanwhile");
        session.set_membership(std::move(membership));
        return ParkedRequest{context.request, ParkedRequest::For::FirstUnit, thread_.loop().now() + kGroupWait};
    }
    session.set_state(rtsp::SessionState::Playing);
    Answer answer = respond(context, rtsp::Status::Ok);
    answer.response.headers.add("Range", std::string(rtsp::kLiveRange));
    if (const auto &first = session.membership()->first())
        if (const std::string info = rtp_info(session, *first); !info.empty())
            answer.response.headers.add("RTP-Info", info);
    answer.afterwards = [membership = session.membership()] { membership->begin(); };
    return answer;
}

}  // namespace rtspcore::server

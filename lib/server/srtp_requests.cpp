// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <string_view>
#include <utility>

#include "rtp/key_description.h"
#include "rtp/mikey.h"
#include "rtsp/key_management.h"
#include "server/connection.h"
#include "server/io_thread.h"
#include "server/request_handler.h"
#include "server/server.h"

namespace rtspcore::server {

namespace {

// In the query of the URL; a client cannot tell in any other way before it has the description.
constexpr std::string_view kWish = "srtp";

bool has_parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const size_t end = std::min(query.find('&'), query.size());
        const std::string_view parameter = query.substr(0, end);
        if (parameter.substr(0, parameter.find('=')) == name)
            return true;
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return false;
}

bool is_secure_profile(const rtsp::TransportSpec &transport) {
    return transport.profile == rtsp::TransportSpec::Profile::Savp ||
           transport.profile == rtsp::TransportSpec::Profile::Savpf;
}

// Zero where nothing was sent yet.
rtp::Ssrc ssrc_in(const std::vector<media::SequenceWindow> &windows, unsigned track) {
    for (const media::SequenceWindow &window : windows)
        if (window.track == track)
            return window.ssrc;
    return 0;
}

}  // namespace

// Keys are told as they are (RFC 3830 section 4.2.1 with NULL encryption, RFC 4568), so over TLS only.
bool RequestHandler::describes_srtp(const Context &context) const {
    const SrtpMode mode = thread_.server().config().srtp.mode;
    return context.connection.is_secure() &&
           (mode == SrtpMode::Required || (mode == SrtpMode::Optional && has_parameter(context.target.query, kWish)));
}

std::map<unsigned, rtp::KeyDescription> RequestHandler::tell_keys(const Context &context, media::Mount &mount) {
    context.connection.remember_keys(std::nullopt);
    if (!describes_srtp(context))
        return {};
    const auto windows = mount.sequence_windows();
    const auto own = mount.keys().offer(windows, thread_.loop().now(), thread_.server().config().srtp.key_lifetime);
    const ToldKeys told{mount.id(), mount.keys().offer_of_group(windows).value_or(own), own};
    std::map<unsigned, rtp::KeyDescription> descriptions;
    for (const auto &track : mount.tracks()) {
        const uint8_t index = track->index();
        descriptions[index] = {rtp::mikey_message(told.mikey.protection->track(index).key(), ssrc_in(windows, index),
                                                  told.mikey.rollovers_of(index)),
                               rtp::crypto_attribute(told.crypto.protection->track(index).key())};
    }
    context.connection.remember_keys(told);
    return descriptions;
}

// Who was described keys is sent nothing that is not encrypted. ffmpeg takes the key of a=crypto and says RTP/AVP
// nevertheless; who says RTP/SAVP took the one of a=key-mgmt.
std::optional<media::KeyOffer> RequestHandler::agree_on_keys(const Context &context,
                                                             const rtsp::TransportSpec &transport) const {
    const ToldKeys *told = context.connection.told_keys(context.mount->id());
    const bool must = is_secure_profile(transport) || thread_.server().config().srtp.mode == SrtpMode::Required;
    if (!told && must)
        return std::nullopt;
    media::KeyOffer keys;
    if (told)
        keys = is_secure_profile(transport) ? told->mikey : told->crypto;
    const bool goes_on = context.session && !context.session->streams().empty();
    if (goes_on && context.session->keys().protection != keys.protection)
        return std::nullopt;
    return keys;
}

// The client's own key, for what it says (RFC 4567 section 4.2: KeyMgmt in SETUP). Who tells none is not listened to:
// what comes with our key may be our own reports, sent back by somebody else.
Result<std::unique_ptr<rtp::SrtcpReceiver>, rtsp::Status> RequestHandler::open_srtcp(const Context &context,
                                                                                     const media::KeyOffer &keys) {
    const auto header = context.request.headers.joined("KeyMgmt");
    if (!keys.protection || !header)
        return std::unique_ptr<rtp::SrtcpReceiver>();
    const auto message = rtsp::mikey_message(*header);
    if (!message)
        return message.error();
    const auto key = rtp::read_mikey(*message);
    if (!key)
        return Failure{rtsp::Status::KeyManagementFailure, key.error().message};
    return std::make_unique<rtp::SrtcpReceiver>(*key);
}

}  // namespace rtspcore::server

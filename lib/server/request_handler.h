// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "media/mount_keys.h"
#include "rtp/srtp.h"
#include "rtsp/message.h"
#include "rtsp/message_parser.h"
#include "rtsp/request_target.h"
#include "rtsp/session_state.h"
#include "rtsp/transport.h"
#include "server/access/access_control.h"
#include "server/exchange.h"
#include "server/mount_table.h"

namespace rtspcore::server {

class Connection;
class IoThread;
class Session;

// Answers requests: a function per RTSP method (RFC 2326 section 10). Confined to its I/O thread; never blocks.
class RequestHandler {
public:
    explicit RequestHandler(IoThread &thread) : thread_(thread) {}

    // `before` is what the request was parked with, if it was; with `last_chance` it is answered, whatever there is.
    Outcome handle(Connection &connection, const rtsp::Request &request, bool last_chance,
                   const ParkedRequest *before = nullptr);
    rtsp::Response refuse_malformed(const rtsp::MessageParser::Malformed &malformed);

private:
    // One request with what was found out about it so far.
    struct Context {
        Connection &connection;
        const rtsp::Request &request;
        bool last_chance;
        const ParkedRequest *before = nullptr;
        rtsp::RequestTarget target = {};
        Session *session = nullptr;  // named by the Session header
        std::optional<access::Visitor> visitor = {};
        std::shared_ptr<media::Mount> mount = {};  // SETUP: of the stream
    };

    static bool is_open_to_all(rtsp::Method method);
    std::optional<Outcome> hand_over(Context &context);
    bool may_belong_elsewhere(const Context &context) const;
    bool is_too_fast(Connection &connection) const;
    Answer too_fast(const Context &context) const;
    Answer insecure(const Context &context) const;
    Answer unsupported(const Context &context, const std::string &options) const;
    std::optional<Outcome> find_session(Context &context);
    Outcome dispatch(Context &context);

    // Whether the client may do this: what it has instead, if not (401, 403).
    std::optional<Outcome> check_access(Context &context);
    std::variant<access::Visitor, Outcome> identify(Context &context, const access::Inquiry &inquiry);
    [[nodiscard]] bool may_be_let_in_later(const Context &context, access::Refusal refusal) const;
    static const access::Visitor *proven_before(const Context &context, const access::Inquiry &inquiry);
    std::optional<Outcome> let_in(Context &context, const access::Inquiry &inquiry, access::Visitor visitor);
    std::optional<Outcome> consult(Context &context, const access::Inquiry &inquiry);
    Outcome refuse_access(const Context &context, const access::Inquiry &inquiry, access::Refusal refusal);
    void note_refusal(const access::Inquiry &inquiry, access::Refusal refusal);
    Outcome answer_refusal(const Context &context, const access::Inquiry &inquiry, access::Refusal refusal);

    // Proxies in a circle, or too many behind one another, are refused (508).
    std::optional<Outcome> check_proxies(Context &context);

    Outcome options(Context &context);
    Outcome describe(Context &context);
    Outcome setup(Context &context);
    Outcome play(Context &context);
    Outcome pause(Context &context);
    Outcome teardown(Context &context);
    Outcome get_parameter(Context &context);
    Outcome set_parameter(Context &context);

    Answer refuse_for_now(const Context &context) const;
    // Until what is served changes, or for describe_wait.
    [[nodiscard]] ParkedRequest await_mount(const Context &context) const;
    // What is served at the target: a mount, or the outcome that the request has instead (404, or parked).
    std::variant<std::shared_ptr<media::Mount>, Outcome> find_mount(Context &context);
    // The transition of the session's state machine, or the refusal.
    std::variant<rtsp::Transition, Outcome> transition(const Context &context);

    // Whether one more viewer may be sent this mount.
    [[nodiscard]] bool has_bandwidth(media::Mount &mount, media::ViewerCopy copy) const;

    // Parts of setup().
    std::optional<unsigned> setup_track(const Context &context, media::Mount &mount);
    struct Agreement {
        rtsp::TransportSpec transport;  // as it is answered
        media::KeyOffer keys;
    };
    std::optional<Agreement> choose_transport(const Context &context);
    std::optional<Agreement> accept_offer(const Context &context, rtsp::TransportSpec offer);
    std::optional<rtsp::TransportSpec> accept_transport(const Context &context, rtsp::TransportSpec offer,
                                                        const media::KeyOffer &keys);
    // What the description tells of the groups of a mount, by track.
    std::map<unsigned, rtp::GroupDescription> describe_groups(media::Mount &mount);
    std::optional<rtsp::TransportSpec> accept_multicast(const Context &context, rtsp::TransportSpec offer);
    // Of SRTP. What the description tells of keys, by track, which are remembered for SETUP.
    [[nodiscard]] bool describes_srtp(const Context &context) const;
    std::map<unsigned, rtp::KeyDescription> tell_keys(const Context &context, media::Mount &mount);
    // The keys of who is sent by `transport`, null being none; nothing if it must not be sent so.
    [[nodiscard]] std::optional<media::KeyOffer> agree_on_keys(const Context &context,
                                                               const rtsp::TransportSpec &transport) const;
    static Result<std::unique_ptr<rtp::SrtcpReceiver>, rtsp::Status> open_srtcp(const Context &context,
                                                                                const media::KeyOffer &keys);
    std::optional<rtsp::ChannelPair> choose_channels(const Context &context, const rtsp::TransportSpec &offer);
    Outcome set_up(Context &context, Agreement agreement);
    void adopt_session(Context &context);
    void add_stream(Context &context, rtsp::TransportSpec &transport, std::unique_ptr<rtp::SrtcpReceiver> srtcp);

    // Parts of play().
    Outcome begin_playing(Context &context);
    Outcome await_first_unit(Context &context);
    // What is sent first is known, if it can be: unless the keys do not fit, it plays.
    Answer play_first(Context &context);
    Answer playing(Context &context);
    static void note_pause(Session &session);
    Outcome play_multicast(Context &context);

    Answer respond(const Context &context, rtsp::Status status) const;
    Answer refuse(const Context &context, rtsp::Status status, const char *why) const;

    IoThread &thread_;
};

}  // namespace rtspcore::server

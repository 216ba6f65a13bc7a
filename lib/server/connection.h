// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/event_loop.h"
#include "base/unique_fd.h"
#include "media/mount_keys.h"
#include "net/byte_stream.h"
#include "net/socket_address.h"
#include "net/stream_writer.h"
#include "rtsp/base64_stream.h"
#include "rtsp/http_request.h"
#include "rtsp/http_tunnel.h"
#include "rtsp/message_parser.h"
#include "rtsp/proxy_protocol.h"
#include "rtsp/transport.h"
#include "server/access/admissions.h"
#include "server/exchange.h"
#include "server/http_tunnels.h"

namespace rtspcore::rtsp {
struct WebSocketUpgrade;
}

namespace rtspcore::server {

namespace access {
struct TurnedAway;
}

class IoThread;
class Session;
class TcpViewer;

// A connection that was accepted.
struct Arrival {
    UniqueFd fd;
    net::SocketAddress peer;
    net::SocketAddress local;
    bool tls_only = false;  // at a port where nothing else is spoken
    std::shared_ptr<access::Admission> admission = {};
};

// The keys that a description told.
struct ToldKeys {
    uint64_t mount = 0;      // Mount::id()
    media::KeyOffer mikey;   // in a=key-mgmt
    media::KeyOffer crypto;  // in a=crypto
};

// One connection of a client: RTSP, in TLS, a WebSocket or both or as it is, or a half of an HTTP tunnel. Confined to
// the I/O thread that holds it; between two threads it travels as a whole (see detach()).
class Connection : public EventLoop::Handler {
public:
    Connection(Arrival arrival, Time now);
    ~Connection() override;

    // Begins to be served by `thread`, which calls it `id` from now on; also after detach().
    void attach(IoThread &thread, uint64_t id);
    // Leaves its thread, with everything unread and unsent. Only without sessions.
    void detach();

    // For who goes on with it instead: its bytes, and what the client said that was not answered, the parked request
    // first. Only without sessions; it is of no use afterwards.
    struct Remains {
        std::unique_ptr<net::ByteStream> stream;
        std::string begun;
    };
    Remains give_up();

    void on_ready(uint32_t events) override;

    // Appends an RTSP message or interleaved packet; pump() sends it. Dooms the connection when the peer does not read
    // its answers.
    void queue(std::string_view bytes);
    // Sends what is queued, then media as far as the socket takes it.
    void pump(Time now);

    // The request that waits for something, if one does: nothing that came after it is looked at meanwhile.
    [[nodiscard]] const std::optional<ParkedRequest> &parked() const { return parked_; }
    // Handles the parked request again, as its last chance if told so, and goes on with what came after it.
    void resume(bool last_chance);

    // Names it on its thread, for what may outlive it.
    [[nodiscard]] uint64_t id() const { return id_; }
    [[nodiscard]] const net::SocketAddress &peer() const { return peer_; }
    [[nodiscard]] const net::SocketAddress &local() const { return local_; }
    // Whether nobody on the way can read along.
    [[nodiscard]] bool is_secure() const { return secure_; }
    // Whether RTSP is inside of something else because nothing but that gets through to the client.
    [[nodiscard]] bool is_tunnelled() const { return tunnelled_; }
    [[nodiscard]] bool is_http_tunnel() const { return role_ == Role::TunnelGet; }
    // The connection that brings what the client says in an HTTP tunnel of which this one is the GET half; it is always
    // on the same thread.
    [[nodiscard]] Connection *post_half();
    // Whether it has a part in what another connection does.
    [[nodiscard]] bool is_post_half() const { return post_ && post_->get; }
    // Its place among the connections that are counted; null in tests.
    [[nodiscard]] access::Admission *admission() const { return admission_.get(); }
    // Who came with a signed URL for a mapping, the last one; null if nobody did for this one. rtspsrc and others leave
    // the query out of what they ask for next.
    void remember_guest(std::string mapping, access::Visitor guest) {
        guest_mapping_ = std::move(mapping);
        guest_ = std::move(guest);
    }
    [[nodiscard]] const access::Visitor *guest(const std::string &mapping) const {
        return guest_ && guest_mapping_ == mapping ? &*guest_ : nullptr;
    }

    // The keys that the last description told that was asked for on this connection; null if it told none, or was of
    // another mount.
    void remember_keys(std::optional<ToldKeys> told) { told_keys_ = std::move(told); }
    [[nodiscard]] const ToldKeys *told_keys(uint64_t mount) const {
        return told_keys_ && told_keys_->mount == mount ? &*told_keys_ : nullptr;
    }

    // It is a proxy's; `want` tells upstream, and is kept until the proxy says something else.
    void remember_proxy(std::string via, std::shared_ptr<const void> want) {
        via_ = std::move(via);
        via_want_ = std::move(want);
    }
    [[nodiscard]] const std::string &via() const { return via_; }

    // The sessions that were set up on this connection.
    void add_session(Session &session);
    void remove_session(Session &session);
    [[nodiscard]] const std::vector<Session *> &sessions() const { return sessions_; }
    // A pair of interleaved channels that no session of this connection uses, from `wanted` on.
    [[nodiscard]] std::optional<rtsp::ChannelPair> free_channels(rtsp::ChannelPair wanted) const;

    // Whether the peer has not taken yet what it was sent.
    [[nodiscard]] bool is_blocked() const { return blocked_; }

    // The media it carries comes and goes with these.
    void add_viewer(TcpViewer &viewer) { viewers_.push_back(&viewer); }
    void remove_viewer(TcpViewer &viewer) { std::erase(viewers_, &viewer); }

    // Ends after this round; more calls change nothing. `why` is for the log.
    void doom(std::string_view why);
    [[nodiscard]] bool is_doomed() const { return doomed_; }
    // Ends once what is queued is sent.
    void close_after_flush() { closing_ = true; }

    // Whether it has to go: a message that began but does not end, or nothing asked and no session for too long.
    [[nodiscard]] bool is_overdue(Time now, Duration request_timeout, Duration idle_timeout) const;

private:
    enum class Role : uint8_t {
        Beginning,  // it is not known yet what is spoken
        Rtsp,
        TunnelGet,   // RTSP goes out
        TunnelPost,  // RTSP comes in, in Base64
    };
    struct PostHalf {
        HttpTunnels::Name name;
        rtsp::Base64Stream decoder;
        std::optional<uint64_t> get;  // id() of the GET half, once it was met
    };

    void read(Time now);
    void receive(std::span<const uint8_t> bytes, Time now);
    void begin(std::span<const uint8_t> bytes, Time now);
    void begin_tls(std::span<const uint8_t> first_bytes);
    [[nodiscard]] bool comes_from_balancer() const;
    void begin_proxied(Time now);
    bool take_the_place_of(const rtsp::ProxyHeader::Endpoints &endpoints);
    void turn_away(const access::TurnedAway &reason);
    void begin_http();
    void handle_http(const rtsp::HttpRequest &request);
    void refuse_http(const Failure<rtsp::HttpStatus> &refusal);
    void begin_websocket(const rtsp::WebSocketUpgrade &upgrade);
    void begin_get(HttpTunnels::Name name);
    void begin_post(HttpTunnels::Name name, bool waits_for_continue);
    void refuse_without_get();
    void join_tunnel();
    void leave_tunnel();
    void read_to_end();
    void forward(std::span<const uint8_t> text);
    [[nodiscard]] Connection *get_half();
    [[nodiscard]] bool is_paused();
    void take_in(std::span<const uint8_t> bytes, Time now);
    void handle_input();
    void handle_item(rtsp::MessageParser::Item item);
    // `before` is what it was parked with, if it was.
    void handle_request(const rtsp::Request &request, bool last_chance, const ParkedRequest *before = nullptr);
    void handle_malformed(const rtsp::MessageParser::Malformed &malformed);
    void handle_interleaved(const rtsp::MessageParser::InterleavedFrame &frame);
    void park(ParkedRequest parked);
    void leave_to_fallback();
    void answer(const Answer &answer);
    bool send_next(TcpViewer &viewer, Time now);
    bool take(net::StreamWriter::Outcome outcome, Time now);
    void follow_interest();

    std::unique_ptr<net::ByteStream> stream_;
    net::SocketAddress peer_;
    net::SocketAddress local_;
    const bool tls_only_;
    IoThread *thread_ = nullptr;
    uint64_t id_ = 0;
    std::shared_ptr<access::Admission> admission_;
    std::string guest_mapping_;
    std::optional<access::Visitor> guest_;
    std::optional<ToldKeys> told_keys_;
    std::string via_;  // what is remembered of a proxy, and of what
    std::shared_ptr<const void> via_want_;
    rtsp::MessageParser parser_;
    net::StreamWriter writer_;
    std::vector<Session *> sessions_;
    std::vector<TcpViewer *> viewers_;
    std::optional<ParkedRequest> parked_;
    EventLoop::TimerId park_timer_ = 0;
    Time message_began_;  // the first byte of what is not yet a whole message
    Time last_request_;
    uint32_t interest_ = 0;  // epoll events
    uint64_t bytes_seen_sent_ = 0;
    Role role_ = Role::Beginning;
    std::vector<uint8_t> opening_;  // what was said before the role was known, or before a POST half met its GET half
    std::unique_ptr<rtsp::HttpRequestParser> http_;
    std::unique_ptr<HttpTunnels::Entry> tunnel_;  // of a GET half
    std::optional<uint64_t> post_id_;             // of a GET half: id() of its POST half
    std::unique_ptr<PostHalf> post_;
    bool tunnelled_ = false;
    bool proxied_ = false;  // a balancer told whose connection it is
    bool secure_ = false;
    bool has_spoken_ = false;  // sent a whole request
    bool blocked_ = false;     // the socket took only a part
    bool in_pump_ = false;
    bool closing_ = false;
    bool doomed_ = false;
};

}  // namespace rtspcore::server

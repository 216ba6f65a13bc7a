// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "media/cursor.h"
#include "media/mount.h"
#include "media/mount_keys.h"
#include "net/socket_address.h"
#include "rtp/srtp.h"
#include "rtsp/session_state.h"
#include "rtsp/transport.h"
#include "server/access/visitor.h"

namespace rtspcore::server {

class Connection;
class MulticastMembership;
class Viewer;

// One stream of a session: what SETUP agreed on.
struct SessionStream {
    std::shared_ptr<media::Track> track;
    rtsp::TransportSpec transport;  // as it was answered
    std::string uri;                // as the client wrote it: what RTP-Info calls the stream
    // Where datagrams go: what the client said, until it was heard from elsewhere on the same host (NAT).
    net::SocketAddress rtp_peer;
    net::SocketAddress rtcp_peer;
    net::SocketAddress source;  // the address of ours that the client set it up with: datagrams come from there
    Time set_up{};
    bool rtp_heard = false;
    bool rtcp_heard = false;
    int32_t reported_lost = 0;  // the receiver's cumulative number when it last told
    // Of a client that told a key: what it says is encrypted with it. Without one it is not listened to, if it is sent
    // what is encrypted.
    std::unique_ptr<rtp::SrtcpReceiver> srtcp = {};
};

// An RTSP session (RFC 2326 section 3): streams of one mount, set up by one client. Confined to its I/O thread.
class Session {
public:
    Session(std::string id, std::shared_ptr<media::Mount> mount, Time now);
    ~Session();

    [[nodiscard]] const std::string &id() const { return id_; }
    [[nodiscard]] const std::shared_ptr<media::Mount> &mount() const { return mount_; }
    [[nodiscard]] rtsp::SessionState state() const { return state_; }
    void set_state(rtsp::SessionState state) { state_ = state; }

    // By track index, in the order of the presentation.
    [[nodiscard]] std::map<unsigned, SessionStream> &streams() { return streams_; }
    [[nodiscard]] const std::map<unsigned, SessionStream> &streams() const { return streams_; }
    [[nodiscard]] SessionStream *stream(unsigned track);
    [[nodiscard]] const SessionStream *stream(unsigned track) const;
    [[nodiscard]] rtsp::SessionSituation situation(std::optional<unsigned> track) const;
    [[nodiscard]] media::TrackSelection selection() const;
    // All streams of a session use one lower transport; nothing before the first SETUP.
    [[nodiscard]] std::optional<rtsp::TransportSpec::Lower> lower_transport() const;

    // The client, or the network on its behalf, gave a sign of life.
    void touch(Time now) { last_seen_ = now; }
    [[nodiscard]] Time last_seen() const { return last_seen_; }

    // Whether it plays and nothing was published for it lately.
    [[nodiscard]] bool is_silent(Time now, Duration lately) const;

    // The connection on which it was set up, which carries the media over TCP; null once that is gone, which a session
    // over UDP survives.
    [[nodiscard]] Connection *connection() const { return connection_; }
    void set_connection(Connection *connection) { connection_ = connection; }
    [[nodiscard]] bool is_multicast() const { return lower_transport() == rtsp::TransportSpec::Lower::UdpMulticast; }
    [[nodiscard]] bool is_interleaved() const { return lower_transport() == rtsp::TransportSpec::Lower::Tcp; }

    // Who set it up.
    [[nodiscard]] const access::Visitor &visitor() const { return visitor_; }
    void set_visitor(access::Visitor visitor) { visitor_ = std::move(visitor); }

    // The keys of all its streams; null: they are sent as they are.
    [[nodiscard]] const media::KeyOffer &keys() const { return keys_; }
    [[nodiscard]] media::KeyOffer &keys() { return keys_; }
    // SETUP of that track took these. Where a client stands with keys that it has already stays as it is.
    void set_keys(uint8_t track, const media::KeyOffer &keys);

    // While Playing, and before that when PLAY waits for a first unit.
    [[nodiscard]] Viewer *viewer() const { return viewer_.get(); }
    void set_viewer(std::unique_ptr<Viewer> viewer);
    // What it has by multicast instead of a viewer.
    [[nodiscard]] MulticastMembership *membership() const { return membership_.get(); }
    void set_membership(std::unique_ptr<MulticastMembership> membership);

private:
    const std::string id_;
    const std::shared_ptr<media::Mount> mount_;
    rtsp::SessionState state_ = rtsp::SessionState::Init;
    std::map<unsigned, SessionStream> streams_;
    Time last_seen_;
    access::Visitor visitor_;
    media::KeyOffer keys_;
    Connection *connection_ = nullptr;
    std::unique_ptr<Viewer> viewer_;
    std::unique_ptr<MulticastMembership> membership_;
};

}  // namespace rtspcore::server

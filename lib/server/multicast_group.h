// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/event_loop.h"
#include "base/result.h"
#include "media/mount.h"
#include "net/multicast_listener.h"
#include "net/udp_ports.h"
#include "rtp/rtcp.h"
#include "rtp/srtp.h"
#include "server/multicast_viewer.h"
#include "server/session.h"

namespace rtspcore::server {

class IoThread;

// A session that plays by multicast, as the group knows it. A plain value.
struct GroupMember {
    unsigned thread = 0;  // the I/O thread that has the session
    uint64_t number = 0;  // tells it from all others of that thread, and from its own earlier ones
    std::string session;
    net::SocketAddress host;
    uint64_t connection = 0;               // on which its PLAY waits
    Time touched{};                        // when its session was last told of a sign of life
    media::KeyOffer keys;                  // those of its session
    std::vector<rtp::SrtpKey> srtcp_keys;  // of what it says
};

// What one mount sends by multicast, once for all members, whichever threads have their sessions. It begins as a viewer
// begins, at a key frame, and who joins later gets what is under way. Confined to the I/O thread that was chosen for
// the mount.
class MulticastGroup : private net::UdpPorts::Receiver {
public:
    // The thread is borrowed. Fails when there is no way out.
    static Result<std::unique_ptr<MulticastGroup>, net::SocketError> open(IoThread &thread,
                                                                          const std::shared_ptr<media::Mount> &mount,
                                                                          const media::KeyOffer &keys);
    ~MulticastGroup() override;

    // The member is told what it is sent first as soon as that is known.
    void add(GroupMember member);
    void remove(unsigned thread, uint64_t number);
    [[nodiscard]] const std::shared_ptr<media::Mount> &mount() const { return session_.mount(); }
    [[nodiscard]] bool has_members() const { return !members_.empty(); }
    // A member's PLAY is answered: nothing is sent before the first.
    void begin();
    // Why it cannot go on; null as long as it can. Whoever notices ends it.
    [[nodiscard]] const char *why_over() const { return viewer_->why_over(); }
    // BYE to the group (RFC 3550 section 6.6).
    void say_goodbye();
    // Their sessions end.
    void dismiss_members();

private:
    MulticastGroup(IoThread &thread, std::shared_ptr<media::Mount> mount, std::unique_ptr<net::UdpPorts> ports);
    void follow_tracks();
    void add_stream(const std::shared_ptr<media::Track> &track, const net::SocketAddress &endpoint);
    void listen(unsigned track, const net::SocketAddress &endpoint);
    void start();
    void tell_waiting();
    void tell(const GroupMember &member);
    void hear(const net::SocketAddress &from, std::span<const uint8_t> bytes);
    struct MemberSrtcp {
        unsigned thread;
        uint64_t number;
        net::SocketAddress host;
        rtp::SrtcpReceiver receiver;
    };
    // What somebody said, and which member has proved to be the one; null where nobody has to.
    struct Said {
        std::span<const uint8_t> compound;
        const MemberSrtcp *by = nullptr;
    };
    // The compound is empty if no member said it.
    Said open_srtcp(const net::SocketAddress &from, std::span<const uint8_t> bytes);
    void count_lost(const rtp::ReceiverReport &report);
    [[nodiscard]] bool is_own(uint32_t ssrc) const;
    // Those of a host, or the one that is proven; whether there is any.
    bool touch_members(const net::SocketAddress &host, const MemberSrtcp *proven);
    void request_key_units();

    void on_datagram(const net::SocketAddress &from, std::span<const uint8_t> bytes, bool rtcp) override;
    void on_port_unreachable(const net::SocketAddress &) override {}

    IoThread &thread_;
    const media::MountConfig config_;
    Session session_;  // of nobody: what the group sends and where to
    std::unique_ptr<net::UdpPorts> ports_;
    std::vector<std::unique_ptr<net::MulticastListener>> listeners_;
    std::unique_ptr<MulticastViewer> viewer_;
    std::vector<GroupMember> members_;
    std::vector<MemberSrtcp> srtcp_;
    bool waits_ = false;  // for what is sent first
    EventLoop::TimerId patience_timer_ = 0;
    std::map<std::pair<uint32_t, uint32_t>, int32_t> reported_lost_;  // by receiver and stream
};

}  // namespace rtspcore::server

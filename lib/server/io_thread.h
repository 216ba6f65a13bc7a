// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/event_loop.h"
#include "media/mailbox.h"
#include "net/stream_writer.h"
#include "net/udp_ports.h"
#include "rtp/rtcp.h"
#include "server/connection.h"
#include "server/datagram_peers.h"
#include "server/mount_mirror.h"
#include "server/multicast_groups.h"
#include "server/relay.h"
#include "server/request_handler.h"
#include "server/session_table.h"

namespace rtspcore::server {

class Server;

// One event loop with the connections, sessions, mirrors and UDP ports that belong to it, on a thread of its own. No
// viewer is ever touched by another thread: what comes from outside is posted.
class IoThread : private net::UdpPorts::Receiver {
public:
    // `index` is part of the ids of its sessions. `udp` may be null.
    IoThread(Server &server, unsigned index, std::unique_ptr<net::UdpPorts> udp);
    ~IoThread() override;

    void start();
    // Ends all sessions (their viewers get BYE) and connections, and the thread. Synchronous; idempotent.
    void stop();

    // Safe: a new connection for this thread. When there are too many, `threads_to_ask` threads, this one first, are
    // asked to make room for it; the one that can gets it.
    void post_connection(Arrival arrival, unsigned threads_to_ask);
    // Safe: what is served has changed; requests that wait for that are tried again.
    void post_mounts_changed();
    [[nodiscard]] unsigned connection_count() const { return connection_count_.load(std::memory_order_relaxed); }

    // Everything below: on the thread itself.
    [[nodiscard]] EventLoop &loop() { return loop_; }
    [[nodiscard]] Server &server() { return server_; }
    [[nodiscard]] unsigned index() const { return index_; }
    [[nodiscard]] RequestHandler &requests() { return requests_; }
    [[nodiscard]] SessionTable &sessions() { return sessions_; }
    [[nodiscard]] MulticastGroups &groups() { return groups_; }
    [[nodiscard]] bool is_stopping() const { return stopping_; }
    [[nodiscard]] net::UdpPorts *udp() { return udp_.get(); }
    [[nodiscard]] access::Decisions &decisions() { return *decisions_; }
    [[nodiscard]] DatagramPeers &datagram_peers() { return peers_; }
    // Ends the sessions, of any thread, whose client has left without TEARDOWN and which still send to where this
    // stream, of another one, is: whose connection stands is not touched.
    void take_ports(const SessionStream &stream);
    [[nodiscard]] std::span<uint8_t> read_buffer() { return read_buffer_; }
    [[nodiscard]] net::WriteScratch &scratch() { return scratch_; }

    // The mirror of a mount, made on first use; it goes when its last viewer has gone.
    MountMirror &mirror_of(const std::shared_ptr<media::Mount> &mount);
    // Makes the viewer of a session that has its streams set up.
    Viewer &make_viewer(Session &session);
    void end_viewer(Session &session);
    void end_session(Session &session);
    // Lets go of mirrors whose last viewer has gone, after this round.
    void schedule_reaping();
    // Whether there may be one more session. Those that were abandoned make room: they cost who makes them nothing.
    bool has_room_for_session();

    void on_interleaved(Connection &connection, uint8_t channel, std::span<const uint8_t> payload);
    // The connection is destroyed after this round, and what hangs on it.
    void bury(Connection &connection);
    // By Connection::id(); null when it is gone.
    [[nodiscard]] Connection *connection(uint64_t id);
    // Handles the parked request of that connection (Connection::id()) again, if both are still there.
    void resume(uint64_t connection);
    // The connection goes to another thread after this round, and its parked request is handled there.
    void schedule_move_to_thread(Connection &connection, unsigned thread);
    // The connection goes to the server's fallback after this round.
    void schedule_move_to_fallback(Connection &connection);

private:
    class MailboxReader;
    class DecisionReader;

    Connection &adopt(std::unique_ptr<Connection> connection);
    bool make_room();
    std::unique_ptr<Connection> take_out(Connection &connection);
    void read_mailbox();
    void close_mount(uint64_t mount);
    void dismiss(Session &session);
    void dismiss_unwelcome();
    void dismiss_over();
    void reap();
    void end_sessions_of(Connection &connection);
    void end_play_of(const Connection &connection);
    void move_to_thread(Connection &connection, unsigned thread);
    void move_to_fallback(Connection &connection);
    std::optional<UniqueFd> relay(std::unique_ptr<net::ByteStream> stream);
    void tick();
    void excuse_silent_sessions(Time now);
    void end_expired_sessions(Time now);
    void look_after_server(Time now);
    void shut_down();
    void on_rtcp(Session &session, SessionStream &stream, std::span<const uint8_t> compound);
    void end_left_at(const net::SocketAddress &address);
    void on_report(SessionStream &stream, const rtp::ReportBlock &block, media::Mount &mount);

    void on_datagram(const net::SocketAddress &from, std::span<const uint8_t> bytes, bool rtcp) override;
    void on_port_unreachable(const net::SocketAddress &peer) override;

    Server &server_;
    const unsigned index_;
    EventLoop loop_;
    std::shared_ptr<media::Mailbox> mailbox_;
    std::unique_ptr<MailboxReader> mailbox_reader_;
    std::shared_ptr<access::Decisions> decisions_;
    std::unique_ptr<DecisionReader> decision_reader_;
    std::unique_ptr<net::UdpPorts> udp_;
    DatagramPeers peers_;
    RequestHandler requests_;
    std::unordered_map<uint64_t, std::unique_ptr<MountMirror>> mirrors_;  // by Mount::id()
    MulticastGroups groups_;
    // By Connection::id(), in the order of arrival.
    std::map<uint64_t, std::unique_ptr<Connection>> connections_;
    uint64_t next_connection_ = 0;
    SessionTable sessions_;
    std::vector<Connection *> doomed_;
    std::vector<std::pair<Connection *, unsigned>> moving_to_thread_;
    std::vector<Connection *> moving_to_fallback_;
    std::list<std::unique_ptr<Relay>> relays_;
    bool reaping_scheduled_ = false;
    bool stopping_ = false;
    std::deque<media::Delivery> deliveries_;
    std::array<uint8_t, 64 * 1024> read_buffer_;
    net::WriteScratch scratch_;
    std::atomic<unsigned> connection_count_{0};
    std::thread thread_;
};

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/event_loop.h"
#include "base/unique_fd.h"
#include "net/socket_address.h"
#include "net/stream_writer.h"
#include "rtsp/message_parser.h"
#include "rtsp/transport.h"
#include "server/access/admissions.h"
#include "server/exchange.h"

namespace rtspcore::server {

class IoThread;
class Session;
class TcpViewer;

// One RTSP connection. Confined to the I/O thread that holds it; between two threads it travels as a whole (see
// detach()).
class Connection : public EventLoop::Handler {
public:
    Connection(UniqueFd fd, net::SocketAddress peer, net::SocketAddress local, Time now);
    ~Connection() override;

    // Begins to be served by `thread`, which calls it `id` from now on; also after detach().
    void attach(IoThread &thread, uint64_t id);
    // Leaves its thread, with everything unread and unsent. Only without sessions.
    void detach();

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
    // Its place among the connections that are counted; null in tests.
    void set_admission(std::shared_ptr<access::Admission> admission) { admission_ = std::move(admission); }
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

    // The sessions that were set up on this connection.
    void add_session(Session &session);
    void remove_session(Session &session);
    [[nodiscard]] const std::vector<Session *> &sessions() const { return sessions_; }
    // A pair of interleaved channels that no session of this connection uses, from `wanted` on.
    [[nodiscard]] std::optional<rtsp::ChannelPair> free_channels(rtsp::ChannelPair wanted) const;

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
    void read(Time now);
    void handle_input();
    void handle_item(rtsp::MessageParser::Item item);
    // `before` is what it was parked with, if it was.
    void handle_request(const rtsp::Request &request, bool last_chance, const ParkedRequest *before = nullptr);
    void handle_malformed(const rtsp::MessageParser::Malformed &malformed);
    void handle_interleaved(const rtsp::MessageParser::InterleavedFrame &frame);
    void park(ParkedRequest parked);
    void answer(const Answer &answer);
    bool send_next(TcpViewer &viewer, Time now);
    bool take(net::StreamWriter::Outcome outcome, Time now);
    void follow_interest();

    UniqueFd fd_;
    const net::SocketAddress peer_;
    const net::SocketAddress local_;
    IoThread *thread_ = nullptr;
    uint64_t id_ = 0;
    std::shared_ptr<access::Admission> admission_;
    std::string guest_mapping_;
    std::optional<access::Visitor> guest_;
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
    bool has_spoken_ = false;  // sent a whole request
    bool blocked_ = false;     // the socket took only a part
    bool in_pump_ = false;
    bool closing_ = false;
    bool doomed_ = false;
};

}  // namespace rtspcore::server

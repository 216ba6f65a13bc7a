// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "audience.h"
#include "base/event_loop.h"
#include "group_sockets.h"
#include "interleaved_stream.h"
#include "rtsp_client.h"
#include "track_receiver.h"
#include "udp_ports.h"

namespace bench {

// How viewers come by the stream: over RTSP, or from the bare sender without it.
struct Source {
    RtspUrl url;
    Tunnel tunnel = Tunnel::None;
    Delivery delivery;
    bool bare = false;
    bool bare_is_audio = false;
    bool kernel_time = false;  // arrival is when the kernel had it, not when it was read
};

// What viewers share; borrowed.
struct Surroundings {
    rtspcore::EventLoop &loop;
    Audience &audience;
    GroupSockets &groups;
};

// One viewer and what it received. Confined to the loop's thread; ends its connection when destroyed.
class Viewer : private rtspcore::EventLoop::Handler, protected PacketListener {
public:
    // Connects. What is borrowed outlives the viewer.
    static std::unique_ptr<Viewer> join(const Surroundings &surroundings, const Source &source);
    ~Viewer() override;

    // Stops reading for good, as a player does that hangs.
    void stall();
    virtual void keep_alive() {}
    // Tells the server that this viewer leaves.
    virtual void leave() {}

    [[nodiscard]] Time joined_at() const { return joined_at_; }
    // Connection lost, refused, or an answer that was not understood; empty while all is well.
    [[nodiscard]] const std::string &failure() const { return failure_; }
    [[nodiscard]] bool stalled() const { return stalled_; }
    // Of the first track; nothing before the description is known.
    [[nodiscard]] const TrackReceiver *first_track() const { return tracks_.empty() ? nullptr : &tracks_.front(); }
    [[nodiscard]] TrackCounts counts() const;
    // How old the first frame was that came half a second after the first key frame.
    [[nodiscard]] std::optional<Duration> settled_age() const { return settled_age_; }
    [[nodiscard]] std::string cipher() const { return stream_.carrier().cipher(); }

protected:
    Viewer(const Surroundings &surroundings, const Source &source);

    void add_track(Payload payload, unsigned clock_rate) { tracks_.emplace_back(payload, clock_rate); }
    void fail(const std::string &failure);
    // False: it could not.
    bool join_group(size_t track, const RtspGroup &group) { return groups_.join(group, 2 * track, *this); }
    // False: there are no ports left.
    bool open_udp_ports(size_t track);
    [[nodiscard]] UdpPorts &udp_ports(size_t track) { return *udp_ports_[track]; }
    [[nodiscard]] InterleavedStream &stream() { return stream_; }
    virtual void on_connected() {}

private:
    void on_ready(uint32_t events) override;
    void on_packet(size_t channel, std::span<const uint8_t> packet, Time now) override;
    void disconnect();

    rtspcore::EventLoop &loop_;
    Audience &audience_;
    GroupSockets &groups_;
    const bool kernel_time_;
    const Time joined_at_;
    InterleavedStream stream_;
    bool watched_ = false;
    bool connected_ = false;
    bool stalled_ = false;
    std::string failure_;
    std::vector<std::unique_ptr<UdpPorts>> udp_ports_;
    std::vector<TrackReceiver> tracks_;
    std::optional<Duration> settled_age_;
};

}  // namespace bench

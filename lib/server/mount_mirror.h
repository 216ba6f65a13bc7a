// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "media/cursor.h"
#include "media/mount.h"
#include "media/ring.h"
#include "net/udp_ports.h"

namespace rtspcore::server {

class MulticastViewer;
class TcpViewer;
class UdpViewer;
class Viewer;

// What one I/O thread knows of a mount that somebody watches through it: references to the batches of the mount's ring,
// and its viewers, each a cursor into them. Confined to its I/O thread.
class MountMirror {
public:
    // Subscribes `mailbox` to the mount. `udp` is borrowed; null when UDP is not offered.
    MountMirror(std::shared_ptr<media::Mount> mount, std::shared_ptr<media::Mailbox> mailbox, net::UdpPorts *udp);
    ~MountMirror();
    MountMirror(const MountMirror &) = delete;
    MountMirror &operator=(const MountMirror &) = delete;

    // Takes in what the mount published. Nothing is sent until distribute().
    void receive(media::RingIndex index, media::SharedBatch batch);
    // Sends every viewer what it has not got, and only then forgets what the mount's ring has forgotten: that this
    // thread came late must cost no viewer anything. Viewers may doom their connection meanwhile, but nobody is
    // destroyed.
    void distribute(Time now);

    // Sends, every report interval, an RTCP packet for each stream that nothing is published on: receivers give up a
    // source that they hear nothing of (RFC 3550 section 6.3.5), rtspsrc after half a minute.
    void report_silence(Time now);

    [[nodiscard]] const media::Ring &ring() const { return ring_; }
    [[nodiscard]] const std::shared_ptr<media::Mount> &mount() const { return mount_; }
    [[nodiscard]] bool has_viewers() const {
        return !tcp_viewers_.empty() || !udp_viewers_.empty() || multicast_viewer_;
    }

    void add(TcpViewer &viewer);
    void add(UdpViewer &viewer);
    void remove(TcpViewer &viewer);
    void remove(UdpViewer &viewer);
    // Who sends to the mount's multicast group, if this is the thread that does; borrowed.
    void set_multicast_viewer(MulticastViewer *viewer) { multicast_viewer_ = viewer; }
    // Calls `available` once, from distribute(), as soon as there is a unit to send to the (held) viewer; never after
    // its removal.
    void when_available(Viewer &viewer, std::function<void()> available);
    void stop_waiting(const Viewer &viewer);

    void count_sent(const media::PacketBatch &batch) {
        packets_sent_ += batch.extents().size();
        bytes_sent_ += batch.slab().size();
    }

private:
    struct Waiting {
        Viewer *viewer;
        std::function<void()> available;
    };
    void answer_waiting();
    void report_silence(const media::Track &track, const media::SharedBatch &report, Time now);
    // Of one batch, as it is or encrypted.
    struct Sending {
        media::SharedBatch form;
        std::vector<net::Destination> destinations;
    };
    void send_to_group(const media::SharedBatch &batch, Time now);
    Sending &sending_of(const media::SharedBatch &form);
    void count_removed(const Viewer &viewer);
    void publish_counts();

    const std::shared_ptr<media::Mount> mount_;
    const std::shared_ptr<media::Mailbox> mailbox_;
    net::UdpPorts *const udp_;
    media::Ring ring_;
    media::RingIndex distributed_ = 0;
    Time next_silent_report_{};
    std::vector<TcpViewer *> tcp_viewers_;
    std::vector<UdpViewer *> udp_viewers_;
    MulticastViewer *multicast_viewer_ = nullptr;
    std::vector<Waiting> waiting_;
    std::vector<Sending> sendings_;  // one per key that viewers have; kept to be reused
    uint64_t packets_sent_ = 0;
    uint64_t bytes_sent_ = 0;
};

}  // namespace rtspcore::server

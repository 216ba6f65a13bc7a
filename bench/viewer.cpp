// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer.h"

#include <sys/epoll.h>

#include "bare_viewer.h"
#include "kernel_time.h"
#include "rtsp_viewer.h"

namespace bench {

std::unique_ptr<Viewer> Viewer::join(const Surroundings &surroundings, const Source &source) {
    if (source.bare)
        return std::make_unique<BareViewer>(surroundings, source);
    return std::make_unique<RtspViewer>(surroundings, source);
}

Viewer::Viewer(const Surroundings &surroundings, const Source &source)
    : loop_(surroundings.loop),
      audience_(surroundings.audience),
      groups_(surroundings.groups),
      kernel_time_(source.kernel_time),
      joined_at_(rtspcore::monotonic_now()),
      stream_(Carrier::connect(source.url, source.tunnel)) {
    if (stream_.carrier().fd() < 0) {
        failure_ = "connection refused";
        return;
    }
    if (kernel_time_)
        enable_kernel_time(stream_.carrier().fd());
    loop_.watch(stream_.carrier().fd(), EPOLLOUT, *this);
    watched_ = true;
}

Viewer::~Viewer() {
    disconnect();
}

void Viewer::disconnect() {
    if (watched_)
        loop_.unwatch(stream_.carrier().fd(), *this);
    watched_ = false;
}

void Viewer::stall() {
    stalled_ = true;
    disconnect();
    udp_ports_.clear();
}

void Viewer::fail(const std::string &failure) {
    failure_ = failure;
    disconnect();
}

bool Viewer::open_udp_ports(size_t track) {
    udp_ports_.push_back(UdpPorts::open(loop_, track, *this));
    if (udp_ports_.back() && kernel_time_)
        enable_kernel_time(udp_ports_.back()->rtp_fd());
    return udp_ports_.back() != nullptr;
}

TrackCounts Viewer::counts() const {
    TrackCounts sum;
    for (const TrackReceiver &track : tracks_)
        sum += track.counts();
    return sum;
}

void Viewer::on_ready(uint32_t events) {
    if (!connected_) {
        if (events & (EPOLLERR | EPOLLHUP))
            return fail("connection refused");
        connected_ = true;
        loop_.modify(stream_.carrier().fd(), EPOLLIN, *this);
        return on_connected();
    }
    if (!stream_.receive(*this))
        fail("connection closed by the server");
}

void Viewer::on_packet(size_t channel, std::span<const uint8_t> packet, Time now) {
    const bool is_rtcp = channel % 2 != 0;
    if (is_rtcp || channel / 2 >= tracks_.size())
        return;
    const auto frame_end = tracks_[channel / 2].receive(packet, now);
    if (!frame_end || channel != 0)
        return;
    audience_.on_frame(frame_end->rtp_time, packet, now);
    if (frame_end->half_a_second_after_key)
        settled_age_ = audience_.age(packet, now);
}

}  // namespace bench

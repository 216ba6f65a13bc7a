// SPDX-License-Identifier: LGPL-2.1-or-later
#include <array>

#include "server/mount_mirror.h"
#include "server/viewer.h"

namespace rtspcore::server {

UdpViewer::UdpViewer(Session &session, MountMirror &mirror, net::UdpPorts &ports, EventLoop &loop)
    : Viewer(session, mirror), ports_(ports), loop_(loop) {
    mirror.add(*this);
}

UdpViewer::~UdpViewer() {
    loop_.cancel_timer(pace_timer_);
    mirror().remove(*this);
}

void UdpViewer::send(Time now) {
    if (pace_timer_ != 0)
        return;
    size_t sent = 0;
    while (sent < kPaceBytes) {
        const auto batch = take(now);
        if (!batch)
            return;
        send_one(batch);
        sent += batch->slab().size();
    }
    pace_timer_ = loop_.start_timer(now + kPaceInterval, [this] {
        pace_timer_ = 0;
        send(loop_.now());
    });
}

void UdpViewer::say_goodbye(Time now) {
    for (const auto &[index, stream] : session().streams())
        if (const auto bye = goodbye_for(index, now))
            ports_.send_rtcp(bye, std::array{net::Destination{stream.rtcp_peer, stream.source}});
}

void UdpViewer::catch_up(Time now) {
    if (!is_held() && cursor().peek(mirror().ring(), now))
        send(now);
}

bool UdpViewer::joins_group(const media::SharedBatch &batch, Time now, net::Destination &destination) {
    if (is_held() || pace_timer_ != 0 || cursor().in_burst())
        return false;
    const auto *next = cursor().peek(mirror().ring(), now);
    if (!next || *next != batch)
        return false;
    const auto taken = take(now);
    if (needs_report(*taken))
        send_one(report_for(*taken, now));
    destination = destination_of(*taken);
    return true;
}

void UdpViewer::send_one(const media::SharedBatch &batch) {
    const std::array destination{destination_of(*batch)};
    if (batch->is_rtcp()) {
        ports_.send_rtcp(batch, destination);
        return;
    }
    if (needs_report(*batch))
        send_one(report_for(*batch, loop_.now()));
    ports_.send_rtp(batch, destination);
}

net::Destination UdpViewer::destination_of(const media::PacketBatch &batch) const {
    const SessionStream *stream = session().stream(batch.track());
    return {batch.is_rtcp() ? stream->rtcp_peer : stream->rtp_peer, stream->source};
}

}  // namespace rtspcore::server

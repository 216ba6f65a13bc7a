// SPDX-License-Identifier: LGPL-2.1-or-later
#include <array>
#include <utility>

#include "server/mount_mirror.h"
#include "server/viewer.h"

namespace rtspcore::server {

DatagramViewer::DatagramViewer(Session &session, MountMirror &mirror, const media::MountConfig &config, Way way)
    : Viewer(session, mirror, config), ports_(way.ports), loop_(way.loop) {}

DatagramViewer::~DatagramViewer() {
    loop_.cancel_timer(pace_timer_);
}

void DatagramViewer::send(Time now) {
    if (pace_timer_ != 0)
        return;
    size_t sent = 0;
    while (sent < kPaceBytes) {
        auto batch = take(now);
        if (!batch)
            return;
        sent += batch->slab().size();
        send_one(std::move(batch));
    }
    pace_timer_ = loop_.start_timer(now + kPaceInterval, [this] {
        pace_timer_ = 0;
        send(loop_.now());
    });
}

void DatagramViewer::say_goodbye(Time now) {
    for (const auto &[index, stream] : session().streams())
        if (auto bye = goodbye_for(index, now))
            send_one(std::move(bye));
}

void DatagramViewer::send_one(media::SharedBatch batch) {
    if (needs_report(*batch))
        send_now(report_for(*batch, loop_.now()));
    send_now(std::move(batch));
}

void DatagramViewer::send_rtcp(media::SharedBatch rtcp, Time) {
    send_now(std::move(rtcp));
}

void DatagramViewer::send_now(media::SharedBatch batch) {
    const std::array destination{destination_of(*batch)};
    const auto sent = sealed(std::move(batch));
    if (!sent)
        return;
    if (sent->is_rtcp())
        ports_.send_rtcp(sent, destination);
    else
        ports_.send_rtp(sent, destination);
}

net::Destination DatagramViewer::destination_of(const media::PacketBatch &batch) const {
    const SessionStream *stream = session().stream(batch.track());
    return {batch.is_rtcp() ? stream->rtcp_peer : stream->rtp_peer, stream->source};
}

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "server/mount_mirror.h"
#include "server/viewer.h"

namespace rtspcore::server {

UdpViewer::UdpViewer(Session &session, MountMirror &mirror, net::UdpPorts &ports, EventLoop &loop)
    : DatagramViewer(session, mirror, mirror.mount()->config(), {ports, loop}) {
    mirror.add(*this);
}

UdpViewer::~UdpViewer() {
    mirror().remove(*this);
}

void UdpViewer::catch_up(Time now) {
    if (!is_held() && cursor().peek(mirror().ring(), now))
        send(now);
}

bool UdpViewer::joins_group(const media::SharedBatch &batch, Time now, net::Destination &destination,
                            media::SharedBatch &form) {
    if (is_held() || is_pausing() || cursor().in_burst())
        return false;
    const auto *next = cursor().peek(mirror().ring(), now);
    if (!next || *next != batch)
        return false;
    auto taken = take(now);
    if (needs_report(*taken))
        send_one(report_for(*taken, now));
    destination = destination_of(*taken);
    form = sealed(std::move(taken));
    return form != nullptr;
}

}  // namespace rtspcore::server

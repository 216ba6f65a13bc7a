// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bare_viewer.h"

namespace bench {

BareViewer::BareViewer(const Surroundings &surroundings, const Source &source)
    : Viewer(surroundings, source), transport_(source.delivery.transport) {
    if (source.bare_is_audio)
        add_track(Payload::Audio, 8000);
    else
        add_track(Payload::H264, 90000);
}

void BareViewer::on_connected() {
    if (transport_ == Transport::Tcp)
        return;
    if (!open_udp_ports(0))
        return fail("no free pair of UDP ports");
    const uint16_t port = udp_ports(0).rtp_port();
    stream().send({static_cast<char>(port >> 8), static_cast<char>(port & 0xFF)});
}

}  // namespace bench

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp_viewer.h"

namespace bench {

RtspViewer::RtspViewer(const Surroundings &surroundings, const Source &source)
    : Viewer(surroundings, source),
      srtp_(source.delivery.srtp),
      client_(source.url, source.delivery, [this](size_t track) { return client_port(track); }) {}

uint16_t RtspViewer::client_port(size_t track) {
    if (!open_udp_ports(track)) {
        fail("no free pair of UDP ports");
        return 0;
    }
    return udp_ports(track).rtp_port();
}

bool RtspViewer::join_groups() {
    for (; groups_joined_ < client_.groups().size(); ++groups_joined_)
        if (!join_group(groups_joined_, client_.groups()[groups_joined_]))
            return false;
    return true;
}

Payload RtspViewer::payload_of(const RtspMedia &media) const {
    if (media.encoding != "H264")
        return Payload::Audio;
    return srtp_ ? Payload::EncryptedVideo : Payload::H264;
}

void RtspViewer::on_connected() {
    stream().send(client_.begin());
}

void RtspViewer::keep_alive() {
    if (client_.playing() && failure().empty() && !stalled())
        stream().send(client_.keep_alive());
}

void RtspViewer::leave() {
    if (client_.playing() && failure().empty())
        stream().send(client_.teardown());
}

void RtspViewer::on_response(const RtspResponse &response) {
    if (client_.playing())
        return;
    const auto request = client_.next(response);
    if (!request)
        return fail(request.error().message);
    // Media may come in the same segment as the response to PLAY, so the tracks have to be there before.
    if (!first_track())
        for (const RtspMedia &media : client_.media())
            add_track(payload_of(media), media.clock_rate);
    if (!join_groups())
        return fail("the multicast group could not be joined");
    if (!request->empty())
        stream().send(*request);
}

}  // namespace bench

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp_viewer.h"

namespace bench {

RtspViewer::RtspViewer(rtspcore::EventLoop &loop, Audience &audience, const Source &source)
    : Viewer(loop, audience, source),
      client_(source.url, source.transport, [this](size_t track) { return client_port(track); }) {}

uint16_t RtspViewer::client_port(size_t track) {
    if (!open_udp_ports(track)) {
        fail("no free pair of UDP ports");
        return 0;
    }
    return udp_ports(track).rtp_port();
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
            add_track(media.encoding == "H264", media.clock_rate);
    if (!request->empty())
        stream().send(*request);
}

}  // namespace bench

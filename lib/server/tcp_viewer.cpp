// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "server/connection.h"
#include "server/mount_mirror.h"
#include "server/viewer.h"

namespace rtspcore::server {

namespace {

std::string_view text_of(const media::PacketBatch &batch) {
    return {reinterpret_cast<const char *>(batch.slab().data()), batch.slab().size()};
}

}  // namespace

TcpViewer::TcpViewer(Session &session, MountMirror &mirror) : Viewer(session, mirror) {
    mirror.add(*this);
    session.connection()->add_viewer(*this);
}

TcpViewer::~TcpViewer() {
    session().connection()->remove_viewer(*this);
    mirror().remove(*this);
}

void TcpViewer::send(Time now) {
    session().connection()->pump(now);
}

media::SharedBatch TcpViewer::next(Time now, std::optional<uint8_t> &channel) {
    auto batch = take(now);
    if (!batch)
        return nullptr;
    if (needs_report(*batch))
        queue(report_for(*batch, now));
    channel = channel_of(*batch);
    return sealed(std::move(batch));
}

void TcpViewer::say_goodbye(Time now) {
    for (const auto &[index, stream] : session().streams())
        if (auto bye = goodbye_for(index, now))
            queue(std::move(bye));
}

// Who does not take what there is has no use for it.
void TcpViewer::send_rtcp(media::SharedBatch rtcp, Time now) {
    if (session().connection()->is_blocked())
        return;
    queue(std::move(rtcp));
    send(now);
}

void TcpViewer::queue(media::SharedBatch rtcp) {
    const auto sent = sealed(std::move(rtcp));
    if (!sent)
        return;
    std::string bytes(text_of(*sent));
    if (const auto channel = channel_of(*sent))
        bytes[1] = static_cast<char>(*channel);
    session().connection()->queue(bytes);
}

std::optional<uint8_t> TcpViewer::channel_of(const media::PacketBatch &batch) const {
    const SessionStream *stream = session().stream(batch.track());
    const uint8_t agreed = batch.is_rtcp() ? stream->transport.interleaved->rtcp : stream->transport.interleaved->rtp;
    const uint8_t usual =
        batch.is_rtcp() ? media::usual_rtcp_channel(batch.track()) : media::usual_rtp_channel(batch.track());
    if (agreed == usual)
        return std::nullopt;
    return agreed;
}

}  // namespace rtspcore::server

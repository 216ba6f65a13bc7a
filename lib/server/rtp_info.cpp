// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/rtp_info.h"

#include <optional>

#include "server/mount_mirror.h"

namespace rtspcore::server {

namespace {

struct FirstPacket {
    uint16_t sequence;
    std::optional<rtp::RtpTime> time;
};

// Sequence numbers go on after the newest unit; its time does where the last two units tell their distance.
std::optional<FirstPacket> after_newest(const media::Ring &ring, uint8_t track) {
    const auto newest = ring.newest(track);
    if (!newest)
        return std::nullopt;
    const auto &last = *ring.at(*newest);
    const auto next = static_cast<uint16_t>(last.properties().first_sequence + last.extents().size());
    for (media::RingIndex index = *newest; index-- > ring.begin();) {
        const auto &before = *ring.at(index);
        if (!before.is_rtcp() && before.track() == track)
            return FirstPacket{next, 2 * last.properties().time - before.properties().time};
    }
    return FirstPacket{next, std::nullopt};
}

std::optional<FirstPacket> first_packet(Viewer &viewer, uint8_t track) {
    const media::Ring &ring = viewer.mirror().ring();
    if (const auto next = viewer.cursor().upcoming(ring, track))
        return FirstPacket{static_cast<uint16_t>(next->unit->properties().first_sequence), next->time};
    return viewer.cursor().sends_any(track) ? after_newest(ring, track) : std::nullopt;
}

}  // namespace

std::string rtp_info(Viewer &viewer) {
    std::string header;
    for (const auto &[index, stream] : viewer.session().streams()) {
        const auto first = first_packet(viewer, static_cast<uint8_t>(index));
        if (!first)
            continue;
        header += header.empty() ? "url=" : ",url=";
        header += stream.uri + ";seq=" + std::to_string(first->sequence);
        if (first->time)
            header += ";rtptime=" + std::to_string(*first->time);
    }
    return header;
}

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/rtp_info.h"

#include <optional>

#include "server/mount_mirror.h"

namespace rtspcore::server {

namespace {

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

FirstPackets first_packets(Viewer &viewer) {
    FirstPackets packets;
    for (const auto &[index, stream] : viewer.session().streams())
        if (const auto first = first_packet(viewer, static_cast<uint8_t>(index)))
            packets.emplace(index, *first);
    return packets;
}

std::string rtp_info(const Session &session, const FirstPackets &first) {
    std::string header;
    for (const auto &[index, stream] : session.streams()) {
        const auto packet = first.find(index);
        if (packet == first.end())
            continue;
        header += header.empty() ? "url=" : ",url=";
        header += stream.uri + ";seq=" + std::to_string(packet->second.sequence);
        if (packet->second.time)
            header += ";rtptime=" + std::to_string(*packet->second.time);
    }
    return header;
}

std::string rtp_info(Viewer &viewer) {
    return rtp_info(viewer.session(), first_packets(viewer));
}

}  // namespace rtspcore::server

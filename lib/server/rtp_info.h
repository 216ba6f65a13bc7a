// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "rtp/packet.h"
#include "server/viewer.h"

namespace rtspcore::server {

struct FirstPacket {
    uint16_t sequence = 0;
    std::optional<rtp::RtpTime> time;
};
// By track index; those that are not known are missing.
using FirstPackets = std::map<unsigned, FirstPacket>;

// What a viewer is about to be sent first.
FirstPackets first_packets(Viewer &viewer);

// The header for a session that these packets go to.
std::string rtp_info(const Session &session, const FirstPackets &first);

// The RTP-Info header (RFC 2326 section 12.33) for a viewer that is about to be sent its first packets: sequence number
// and RTP time of the first packet of each stream. Of a stream whose next unit is not made yet it says what follows the
// newest one; nothing that is not known. Empty if nothing is known at all. Streams are called what the client called
// them in SETUP.
std::string rtp_info(Viewer &viewer);

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "pad_log.h"
#include "rtp/packet.h"

namespace rtspsink::test {

struct LoggedPacket {
    uint16_t sequence;
    rtspcore::rtp::RtpTime time;
    rtspcore::rtp::Ssrc ssrc;
    GstClockTime pts;
    bool discont;
};

// The RTP packets that pass a pad.
class PacketLog : public PadLog<LoggedPacket> {
public:
    using Packet = LoggedPacket;

    explicit PacketLog(rtspcore::Ref<GstPad> pad) : PadLog(std::move(pad), read) {}
    std::vector<Packet> packets() { return items(); }

private:
    static std::optional<Packet> read(GstBuffer *buffer) {
        GstMapInfo map;
        gst_buffer_map(buffer, &map, GST_MAP_READ);
        std::optional<Packet> logged;
        if (const auto packet = rtspcore::rtp::PacketView::parse({map.data, map.size}))
            logged = {packet->sequence, packet->time, packet->ssrc, GST_BUFFER_PTS(buffer),
                      GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT) != FALSE};
        gst_buffer_unmap(buffer, &map);
        return logged;
    }
};

}  // namespace rtspsink::test

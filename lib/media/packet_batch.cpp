// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/packet_batch.h"

#include <cstring>

namespace rtspcore::media {

SharedBatch make_rtcp_batch(uint8_t track, std::span<const uint8_t> compound, Time now) {
    constexpr size_t kHeader = PacketBatch::kInterleavedHeaderSize;
    auto slab = std::make_unique_for_overwrite<uint8_t[]>(kHeader + compound.size());
    const auto size = static_cast<uint16_t>(compound.size());
    rtp::write_interleaved_header(slab.get(), usual_rtcp_channel(track), size);
    std::memcpy(slab.get() + kHeader, compound.data(), compound.size());
    PacketBatch::Properties properties;
    properties.kind = PacketBatch::Kind::Rtcp;
    properties.track = track;
    properties.made = now;
    return std::make_shared<const PacketBatch>(properties, std::vector<PacketBatch::Extent>{{kHeader, size}},
                                               std::move(slab), kHeader + compound.size());
}

}  // namespace rtspcore::media

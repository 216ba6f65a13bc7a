// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/timed_unit.h"

#include <cstring>

namespace rtspcore::media {

SharedBatch TimedUnit::batch() const {
    if (time == unit->properties().time)
        return unit;
    const auto original = unit->slab();
    auto slab = std::make_unique_for_overwrite<uint8_t[]>(original.size());
    std::memcpy(slab.get(), original.data(), original.size());
    for (const auto &extent : unit->extents())
        rtp::set_time({slab.get() + extent.offset, extent.size}, time);
    PacketBatch::Properties properties = unit->properties();
    properties.time = time;
    properties.capture = rtp::to_ntp(rtp::to_wall(properties.capture) + shift);
    return std::make_shared<const PacketBatch>(
        properties, std::vector<PacketBatch::Extent>(unit->extents().begin(), unit->extents().end()), std::move(slab),
        original.size());
}

}  // namespace rtspcore::media

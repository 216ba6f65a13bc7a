// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "rtp/access_unit_codecs.h"

namespace rtspcore::rtp {

namespace {

// The aggregation header, section 4.4 of the payload format.
constexpr uint8_t kContinues = 0x80;    // Z: the first element goes on with one of the packet before
constexpr uint8_t kNewSequence = 0x08;  // N: first packet of a coded video sequence

class Av1Inspector final : public DependentUnitInspector {
public:
    void add(const PacketView &packet) override {
        if (packet.payload.empty())
            return;
        const uint8_t header = packet.payload[0];
        key_ |= (header & kNewSequence) && !(header & kContinues);
    }

    // The dependency descriptor is in a header extension that the marker and payload do not need, so that no unit
    // counts as droppable.
    AccessUnitTraits finish() override { return {.key = std::exchange(key_, false), .droppable = false}; }

private:
    bool key_ = false;
};

}  // namespace

MadeInspector make_av1_inspector() {
    return std::make_unique<Av1Inspector>();
}

}  // namespace rtspcore::rtp

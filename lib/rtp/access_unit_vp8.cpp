// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "rtp/access_unit_codecs.h"

namespace rtspcore::rtp {

namespace {

// RFC 7741 section 4.2.
constexpr uint8_t kExtended = 0x80;
constexpr uint8_t kNonReference = 0x20;
constexpr uint8_t kStart = 0x10;
constexpr uint8_t kPartitionMask = 0x07;
// The extension octet, and the long form of the picture id.
constexpr uint8_t kPictureId = 0x80;
constexpr uint8_t kTl0PicIdx = 0x40;
constexpr uint8_t kTidOrKeyIdx = 0x30;
constexpr uint8_t kLongPictureId = 0x80;
// Section 4.3: the first bit of the frame's own header.
constexpr uint8_t kInterFrame = 0x01;

size_t descriptor_size(std::span<const uint8_t> payload) {
    if (!(payload[0] & kExtended) || payload.size() < 2)
        return 1;
    const uint8_t extension = payload[1];
    size_t size = 2;
    if (extension & kPictureId)
        size += payload.size() > 2 && (payload[2] & kLongPictureId) ? 2 : 1;
    if (extension & kTl0PicIdx)
        size++;
    if (extension & kTidOrKeyIdx)
        size++;
    return size;
}

class Vp8Inspector final : public DependentUnitInspector {
public:
    void add(const PacketView &packet) override {
        const auto payload = packet.payload;
        if (payload.empty())
            return;
        unit_.any = true;
        unit_.reference |= !(payload[0] & kNonReference);
        const size_t size = descriptor_size(payload);
        if ((payload[0] & kStart) && !(payload[0] & kPartitionMask) && size < payload.size())
            unit_.key |= !(payload[size] & kInterFrame);
    }

    AccessUnitTraits finish() override {
        const Unit unit = std::exchange(unit_, {});
        return {.key = unit.key, .droppable = unit.any && !unit.reference && !unit.key};
    }

private:
    struct Unit {
        bool any = false;
        bool key = false;
        bool reference = false;
    };
    Unit unit_;
};

}  // namespace

MadeInspector make_vp8_inspector() {
    return std::make_unique<Vp8Inspector>();
}

}  // namespace rtspcore::rtp

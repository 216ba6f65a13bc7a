// SPDX-License-Identifier: LGPL-2.1-or-later
#include <optional>
#include <utility>

#include "rtp/access_unit_codecs.h"

namespace rtspcore::rtp {

namespace {

// The aggregation header, section 4.4 of the payload format.
constexpr uint8_t kContinues = 0x80;    // Z: the first element goes on with one of the packet before
constexpr uint8_t kNewSequence = 0x08;  // N: first packet of a coded video sequence
// The OBU header, AV1 specification section 5.3.2.
constexpr uint8_t kSequenceHeader = 1;

// Takes a number in LEB128 off `bytes` (AV1 specification section 4.10.5); no OBU in a packet needs over three octets.
std::optional<size_t> take_leb128(std::span<const uint8_t> &bytes) {
    size_t value = 0;
    for (size_t at = 0; at < bytes.size() && at < 4; at++) {
        value |= size_t{bytes[at] & 0x7fU} << (7 * at);
        if (!(bytes[at] & 0x80)) {
            bytes = bytes.subspan(at + 1);
            return value;
        }
    }
    return std::nullopt;
}

class Av1Inspector final : public DependentUnitInspector {
public:
    void add(const PacketView &packet) override {
        if (packet.payload.empty())
            return;
        const uint8_t header = packet.payload[0];
        key_ |= (header & kNewSequence) && !(header & kContinues);
        add_elements(packet.payload.subspan(1), header >> 4 & 3, header & kContinues);
    }

    // The dependency descriptor is in a header extension that the marker and payload do not need, so that no unit
    // counts as droppable.
    AccessUnitTraits finish() override {
        return {.key = std::exchange(key_, false),
                .droppable = false,
                .parameter_sets = std::exchange(sequence_header_, false)};
    }

private:
    // W says how many elements there are, the last then without its size; 0: all have one.
    void add_elements(std::span<const uint8_t> bytes, unsigned count, bool continued) {
        for (unsigned element = 1; !bytes.empty(); element++) {
            size_t size = bytes.size();
            if (element != count) {
                const auto coded = take_leb128(bytes);
                if (!coded || *coded > bytes.size())
                    return;
                size = *coded;
            }
            if (size > 0 && !(continued && element == 1))
                sequence_header_ |= (bytes[0] >> 3 & 15) == kSequenceHeader;
            bytes = bytes.subspan(size);
        }
    }

    bool key_ = false;
    bool sequence_header_ = false;
};

}  // namespace

MadeInspector make_av1_inspector() {
    return std::make_unique<Av1Inspector>();
}

}  // namespace rtspcore::rtp

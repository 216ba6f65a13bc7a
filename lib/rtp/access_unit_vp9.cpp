// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "rtp/access_unit_codecs.h"

namespace rtspcore::rtp {

namespace {

// RFC 9628 section 4.2.
constexpr uint8_t kPictureId = 0x80;
constexpr uint8_t kInterPicture = 0x40;
constexpr uint8_t kLayerIndices = 0x20;
constexpr uint8_t kFlexible = 0x10;
constexpr uint8_t kStart = 0x08;
constexpr uint8_t kScalabilityStructure = 0x02;
constexpr uint8_t kLongPictureId = 0x80;

// Reads octets; after the end, zeros.
class Octets {
public:
    explicit Octets(std::span<const uint8_t> bytes) : bytes_(bytes) {}
    uint8_t next() {
        if (bytes_.empty())
            return 0;
        const uint8_t byte = bytes_[0];
        skip(1);
        return byte;
    }
    void skip(size_t count) { bytes_ = bytes_.subspan(count < bytes_.size() ? count : bytes_.size()); }
    [[nodiscard]] std::span<const uint8_t> rest() const { return bytes_; }

private:
    std::span<const uint8_t> bytes_;
};

// Section 4.2.1: spatial layers with their sizes, and a group of pictures with its references.
void skip_scalability_structure(Octets &octets) {
    const uint8_t header = octets.next();
    const unsigned layers = (header >> 5) + 1U;
    if (header & 0x10)
        octets.skip(size_t{layers} * 4);
    if (!(header & 0x08))
        return;
    for (unsigned pictures = octets.next(); pictures > 0 && !octets.rest().empty(); pictures--)
        octets.skip(octets.next() >> 2 & 3);
}

struct Descriptor {
    bool inter_picture;
    bool start;
    uint8_t spatial_layer;
    std::span<const uint8_t> frame;
};

Descriptor parse_descriptor(std::span<const uint8_t> payload) {
    Octets octets(payload);
    const uint8_t flags = octets.next();
    Descriptor descriptor{(flags & kInterPicture) != 0, (flags & kStart) != 0, 0, {}};
    if (flags & kPictureId)
        octets.skip(octets.next() & kLongPictureId ? 1 : 0);
    if (flags & kLayerIndices) {
        descriptor.spatial_layer = octets.next() >> 1 & 7;
        octets.skip(flags & kFlexible ? 0 : 1);  // TL0PICIDX
    }
    if ((flags & kFlexible) && (flags & kInterPicture))
        for (int references = 0; references < 3 && octets.next() & 1; references++) {
        }
    if (flags & kScalabilityStructure)
        skip_scalability_structure(octets);
    descriptor.frame = octets.rest();
    return descriptor;
}

// The uncompressed header of a frame: frame_marker (2 bits, 10), profile (2, and a reserved bit with profile 3),
// show_existing_frame, frame_type (0: key). An intra-only frame clears P as well, but leaves the other references of a
// decoder empty.
bool is_key_frame_header(uint8_t first) {
    if (first >> 6 != 2)
        return false;
    const bool profile_3 = (first & 0x30) == 0x30;
    const unsigned existing_and_type = profile_3 ? first >> 1 & 3 : first >> 2 & 3;
    return existing_and_type == 0;
}

// Nothing in the descriptor tells that no later picture needs this one, so that no unit counts as droppable.
class Vp9Inspector final : public DependentUnitInspector {
public:
    void add(const PacketView &packet) override {
        const Descriptor descriptor = parse_descriptor(packet.payload);
        if (!descriptor.start || descriptor.inter_picture || descriptor.spatial_layer != 0 || descriptor.frame.empty())
            return;
        key_ |= is_key_frame_header(descriptor.frame[0]);
    }

    AccessUnitTraits finish() override { return {.key = std::exchange(key_, false), .droppable = false}; }

private:
    bool key_ = false;
};

}  // namespace

MadeInspector make_vp9_inspector() {
    return std::make_unique<Vp9Inspector>();
}

}  // namespace rtspcore::rtp

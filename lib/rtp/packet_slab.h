// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace rtspcore::rtp {

// RTP or RTCP packets one behind the other, each behind its interleaved header (`$`, channel, length: RFC 2326
// section 10.12), so that the whole is what a TCP viewer is sent and the packets in it are what UDP viewers are sent.
// Immutable once built; owns its bytes.
class PacketSlab {
public:
    static constexpr size_t kInterleavedHeaderSize = 4;

    // Where a packet stands in the slab, without its interleaved header.
    struct Extent {
        uint32_t offset;
        uint16_t size;
    };

    PacketSlab(std::vector<Extent> extents, std::unique_ptr<uint8_t[]> slab, size_t slab_size)
        : extents_(std::move(extents)), slab_(std::move(slab)), slab_size_(slab_size) {}

    [[nodiscard]] std::span<const uint8_t> slab() const { return {slab_.get(), slab_size_}; }
    [[nodiscard]] std::span<const Extent> extents() const { return extents_; }
    [[nodiscard]] std::span<const uint8_t> packet(const Extent &extent) const {
        return {slab_.get() + extent.offset, extent.size};
    }

private:
    std::vector<Extent> extents_;
    std::unique_ptr<uint8_t[]> slab_;
    size_t slab_size_;
};

inline void write_interleaved_header(uint8_t *out, uint8_t channel, uint16_t size) {
    out[0] = '$';
    out[1] = channel;
    out[2] = static_cast<uint8_t>(size >> 8);
    out[3] = static_cast<uint8_t>(size);
}

}  // namespace rtspcore::rtp

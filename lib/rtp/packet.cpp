// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/packet.h"

#include "rtp/big_endian.h"

namespace rtspcore::rtp {

namespace {

constexpr uint8_t kVersion = 2;
constexpr uint8_t kPaddingBit = 0x20;
constexpr uint8_t kExtensionBit = 0x10;
constexpr uint8_t kCsrcCountMask = 0x0f;
constexpr uint8_t kMarkerBit = 0x80;
constexpr size_t kExtensionHeaderSize = 4;

// Where the payload begins; may lie beyond the bytes.
size_t header_size(std::span<const uint8_t> bytes) {
    const size_t size = kFixedHeaderSize + size_t{4} * (bytes[0] & kCsrcCountMask);
    if (!(bytes[0] & kExtensionBit))
        return size;
    if (size + kExtensionHeaderSize > bytes.size())
        return size + kExtensionHeaderSize;
    return size + kExtensionHeaderSize + size_t{4} * load_u16(bytes, size + 2);
}

// RFC 3550 section 5.1: the last octet counts itself, so 0 is no valid padding.
std::optional<std::span<const uint8_t>> without_padding(std::span<const uint8_t> payload, bool padded) {
    if (!padded)
        return payload;
    if (payload.empty() || payload.back() == 0 || payload.back() > payload.size())
        return std::nullopt;
    return payload.first(payload.size() - payload.back());
}

}  // namespace

std::optional<PacketView> PacketView::parse(std::span<const uint8_t> bytes) {
    if (bytes.size() < kFixedHeaderSize || bytes[0] >> 6 != kVersion)
        return std::nullopt;
    const size_t begin = header_size(bytes);
    if (begin > bytes.size())
        return std::nullopt;
    const auto payload = without_padding(bytes.subspan(begin), bytes[0] & kPaddingBit);
    if (!payload)
        return std::nullopt;
    return PacketView{
        .marker = (bytes[1] & kMarkerBit) != 0,
        .payload_type = static_cast<uint8_t>(bytes[1] & ~kMarkerBit),
        .sequence = load_u16(bytes, 2),
        .time = load_u32(bytes, 4),
        .ssrc = load_u32(bytes, 8),
        .payload = *payload,
    };
}

void set_sequence(std::span<uint8_t> packet, uint16_t sequence) {
    store_u16(packet, 2, sequence);
}

void set_time(std::span<uint8_t> packet, RtpTime time) {
    store_u32(packet, 4, time);
}

}  // namespace rtspcore::rtp

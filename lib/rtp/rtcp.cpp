// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/rtcp.h"

#include <algorithm>
#include <optional>
#include <string>

#include "rtp/big_endian.h"

namespace rtspcore::rtp {

namespace {

// RFC 3550 section 12.1, RFC 4585 section 6.1, RFC 3611.
enum PacketType : uint8_t {
    kSenderReport = 200,
    kReceiverReport = 201,
    kSourceDescription = 202,
    kGoodbye = 203,
    kPayloadFeedback = 206,
    kExtendedReport = 207,
};
constexpr uint8_t kVersionBits = 0x80;
constexpr uint8_t kVersionMask = 0xc0;
constexpr uint8_t kPaddingBit = 0x20;
constexpr uint8_t kCountMask = 0x1f;
constexpr uint8_t kCnameItem = 1;
constexpr size_t kHeaderSize = 4;
constexpr size_t kSenderInfoSize = 20;
constexpr size_t kReportBlockSize = 24;
constexpr size_t kMaxCname = 255;
// Formats of payload-specific feedback: RFC 4585 section 6.3.1, RFC 5104 section 4.3.1.
constexpr uint8_t kPictureLoss = 1;
constexpr uint8_t kFullIntra = 4;
constexpr size_t kFullIntraItemSize = 8;

void append_u32(std::vector<uint8_t> &out, uint32_t value) {
    out.resize(out.size() + 4);
    store_u32(out, out.size() - 4, value);
}

void append_header(std::vector<uint8_t> &out, uint8_t count, PacketType type, size_t size) {
    const auto words = static_cast<uint32_t>(size / 4 - 1);
    append_u32(out, static_cast<uint32_t>(kVersionBits | count) << 24 | static_cast<uint32_t>(type) << 16 | words);
}

void append_sender_report(std::vector<uint8_t> &out, const SenderInfo &info) {
    append_header(out, 0, kSenderReport, kHeaderSize + 4 + kSenderInfoSize);
    append_u32(out, info.ssrc);
    append_u32(out, static_cast<uint32_t>(info.ntp.value >> 32));
    append_u32(out, static_cast<uint32_t>(info.ntp.value));
    append_u32(out, info.time);
    append_u32(out, info.packets);
    append_u32(out, info.octets);
}

// RFC 3550 section 6.5: the list of items ends with at least one null octet, at a 32-bit boundary.
void append_cname(std::vector<uint8_t> &out, Ssrc ssrc, std::string_view cname) {
    cname = cname.substr(0, kMaxCname);
    const size_t items = (2 + cname.size() + 1 + 3) / 4 * 4;
    append_header(out, 1, kSourceDescription, kHeaderSize + 4 + items);
    append_u32(out, ssrc);
    out.push_back(kCnameItem);
    out.push_back(static_cast<uint8_t>(cname.size()));
    out.insert(out.end(), cname.begin(), cname.end());
    out.resize(out.size() + items - 2 - cname.size());
}

// One packet of a compound packet.
struct Packet {
    uint8_t count;
    uint8_t type;
    std::span<const uint8_t> body;  // after the header, without padding
};

Failure<RtcpError> truncated(std::string_view what, size_t needed, size_t present) {
    return Failure{RtcpError::Truncated, std::string("RTCP ") + std::string(what) + " needs " + std::to_string(needed) +
                                             " bytes, but there are " + std::to_string(present)};
}

Result<Packet, RtcpError> parse_packet(std::span<const uint8_t> bytes, size_t size) {
    auto body = bytes.subspan(kHeaderSize, size - kHeaderSize);
    if (bytes[0] & kPaddingBit) {
        if (body.empty() || body.back() == 0 || body.back() > body.size())
            return truncated("padding", body.empty() ? 1 : body.back(), body.size());
        body = body.first(body.size() - body.back());
    }
    return Packet{static_cast<uint8_t>(bytes[0] & kCountMask), bytes[1], body};
}

// Takes the first packet off `bytes`.
Result<Packet, RtcpError> next_packet(std::span<const uint8_t> &bytes) {
    if (bytes.size() < kHeaderSize)
        return truncated("header", kHeaderSize, bytes.size());
    if ((bytes[0] & kVersionMask) != kVersionBits)
        return Failure{RtcpError::NotRtcp, "RTCP has version 2, this has " + std::to_string(bytes[0] >> 6)};
    const size_t size = (size_t{load_u16(bytes, 2)} + 1) * 4;
    if (size > bytes.size())
        return truncated("packet", size, bytes.size());
    auto packet = parse_packet(bytes, size);
    bytes = bytes.subspan(size);
    return packet;
}

ReportBlock parse_report_block(std::span<const uint8_t> bytes) {
    // 24 bits in two's complement: to the top and back down extends the sign.
    const auto lost = static_cast<int32_t>(load_u32(bytes, 4) << 8) >> 8;
    return ReportBlock{
        .source = load_u32(bytes, 0),
        .fraction_lost = bytes[4],
        .cumulative_lost = lost,
        .highest_sequence = load_u32(bytes, 8),
        .jitter = load_u32(bytes, 12),
        .last_sr = load_u32(bytes, 16),
        .delay_since_last_sr = load_u32(bytes, 20),
    };
}

using Items = std::vector<RtcpItem>;
using Parsed = Result<void, RtcpError>;

Parsed parse_report(const Packet &packet, Items &items) {
    const size_t blocks = 4 + (packet.type == kSenderReport ? kSenderInfoSize : 0);
    const size_t needed = blocks + packet.count * kReportBlockSize;
    if (packet.body.size() < needed)
        return truncated("report", needed, packet.body.size());
    ReceiverReport report{.sender = load_u32(packet.body, 0), .blocks = {}};
    for (size_t at = blocks; at < needed; at += kReportBlockSize)
        report.blocks.push_back(parse_report_block(packet.body.subspan(at)));
    items.emplace_back(std::move(report));
    return {};
}

Parsed parse_goodbye(const Packet &packet, Items &items) {
    const size_t needed = size_t{packet.count} * 4;
    if (packet.body.size() < needed)
        return truncated("BYE", needed, packet.body.size());
    Goodbye goodbye;
    for (size_t at = 0; at < needed; at += 4)
        goodbye.sources.push_back(load_u32(packet.body, at));
    items.emplace_back(std::move(goodbye));
    return {};
}

void add_full_intra_requests(std::span<const uint8_t> body, Items &items) {
    const Ssrc sender = load_u32(body, 0);
    const auto targets = body.subspan(8);
    for (size_t at = 0; at + kFullIntraItemSize <= targets.size(); at += kFullIntraItemSize)
        items.emplace_back(FullIntraRequest{sender, load_u32(targets, at)});
    // Receivers older than RFC 5104's final text name the source as a PLI does.
    if (targets.empty())
        items.emplace_back(FullIntraRequest{sender, load_u32(body, 4)});
}

Parsed parse_payload_feedback(const Packet &packet, Items &items) {
    if (packet.body.size() < 8)
        return truncated("feedback", 8, packet.body.size());
    if (packet.count == kPictureLoss)
        items.emplace_back(PictureLossIndication{load_u32(packet.body, 0), load_u32(packet.body, 4)});
    else if (packet.count == kFullIntra)
        add_full_intra_requests(packet.body, items);
    return {};
}

Parsed parse_body(const Packet &packet, Items &items) {
    switch (packet.type) {
        case kSenderReport:
        case kReceiverReport:
            return parse_report(packet, items);
        case kGoodbye:
            return parse_goodbye(packet, items);
        case kPayloadFeedback:
            return parse_payload_feedback(packet, items);
        default:
            return {};
    }
}

}  // namespace

std::vector<uint8_t> sender_report(const SenderInfo &info, std::string_view cname) {
    std::vector<uint8_t> out;
    append_sender_report(out, info);
    append_cname(out, info.ssrc, cname);
    return out;
}

std::vector<uint8_t> goodbye(const SenderInfo &info, std::string_view cname) {
    auto out = sender_report(info, cname);
    append_header(out, 1, kGoodbye, kHeaderSize + 4);
    append_u32(out, info.ssrc);
    return out;
}

std::vector<uint8_t> silent_report(Ssrc ssrc, std::string_view cname) {
    std::vector<uint8_t> out;
    append_header(out, 0, kReceiverReport, kHeaderSize + 4);
    append_u32(out, ssrc);
    append_cname(out, ssrc, cname);
    return out;
}

Result<std::vector<RtcpItem>, RtcpError> parse_rtcp(std::span<const uint8_t> bytes) {
    if (bytes.size() >= 2 && (bytes[1] < kSenderReport || bytes[1] > kExtendedReport))
        return Failure{RtcpError::NotRtcp, "RTCP packet types are 200 to 207, this is " + std::to_string(bytes[1])};
    Items items;
    do {
        const auto packet = next_packet(bytes);
        if (!packet)
            return packet.error();
        if (const auto parsed = parse_body(*packet, items); !parsed)
            return parsed.error();
    } while (!bytes.empty());
    return items;
}

std::optional<SenderInfo> read_sender_info(std::span<const uint8_t> bytes) {
    const bool is_report = bytes.size() >= kHeaderSize + 4 + kSenderInfoSize &&
                           (bytes[0] & kVersionMask) == kVersionBits && bytes[1] == kSenderReport;
    if (!is_report)
        return std::nullopt;
    SenderInfo info;
    info.ssrc = load_u32(bytes, 4);
    info.ntp.value = static_cast<uint64_t>(load_u32(bytes, 8)) << 32 | load_u32(bytes, 12);
    info.time = load_u32(bytes, 16);
    info.packets = load_u32(bytes, 20);
    info.octets = load_u32(bytes, 24);
    return info;
}

}  // namespace rtspcore::rtp

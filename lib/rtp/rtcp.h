// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "rtp/ntp_time.h"
#include "rtp/packet.h"

namespace rtspcore::rtp {

// What a sender report says (RFC 3550 section 6.4.1): at wall-clock time `ntp` the stream stood at `time`.
struct SenderInfo {
    Ssrc ssrc = 0;
    NtpTime ntp;
    RtpTime time = 0;
    uint32_t packets = 0;  // sent so far, wraps
    uint32_t octets = 0;   // of payload, wraps
};

// A compound packet: SR without report blocks + SDES with CNAME (RFC 3550 section 6.1).
std::vector<uint8_t> sender_report(const SenderInfo &info, std::string_view cname);
// The same with a BYE at its end (section 6.6): SR + SDES + BYE.
std::vector<uint8_t> goodbye(const SenderInfo &info, std::string_view cname);

// A compound packet of a sender that has sent nothing for a while: RR without report blocks + SDES (section 6.4).
std::vector<uint8_t> silent_report(Ssrc ssrc, std::string_view cname);

// One report block of a receiver (section 6.4.2).
struct ReportBlock {
    Ssrc source = 0;
    uint8_t fraction_lost = 0;    // in 1/256
    int32_t cumulative_lost = 0;  // 24 bits, signed
    uint32_t highest_sequence = 0;
    uint32_t jitter = 0;               // in units of the RTP clock
    uint32_t last_sr = 0;              // NtpTime::middle() of the last SR, 0 if none
    uint32_t delay_since_last_sr = 0;  // in 1/65536 s
};

struct ReceiverReport {
    Ssrc sender = 0;
    std::vector<ReportBlock> blocks;  // of an RR or of an SR
};
// RFC 4585 section 6.3.1; RFC 5104 section 4.3.1 (FIR names its targets in the FCI, one item each).
struct PictureLossIndication {
    Ssrc sender = 0;
    Ssrc source = 0;
};
struct FullIntraRequest {
    Ssrc sender = 0;
    Ssrc source = 0;
};
struct Goodbye {
    std::vector<Ssrc> sources;
};
using RtcpItem = std::variant<ReceiverReport, PictureLossIndication, FullIntraRequest, Goodbye>;

enum class RtcpError : uint8_t { NotRtcp, Truncated };

// The items of a compound (or reduced-size, RFC 5506) packet that a server has a use for; others (SDES, APP, XR,
// NACK...) are skipped. Total: fails on a wrong version, a length beyond the bytes, or a first packet that is no RTCP
// type (200-207).
Result<std::vector<RtcpItem>, RtcpError> parse_rtcp(std::span<const uint8_t> bytes);

// What the sender report says that a compound packet begins with; nothing if it begins with another packet, or ends
// before it does. Total.
std::optional<SenderInfo> read_sender_info(std::span<const uint8_t> bytes);

}  // namespace rtspcore::rtp

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <utility>

#include "rtp/access_unit_codecs.h"
#include "rtp/big_endian.h"

namespace rtspcore::rtp {

namespace {

// ITU-T H.265 table 7-1, then RFC 7798 section 4.4.
enum NalType : uint8_t {
    kRsvVclR15 = 15,
    kBlaWLp = 16,  // the first of the intra random access points
    kCra = 21,     // the last of them
    kLastVcl = 31,
    kVps = 32,
    kSps = 33,
    kPps = 34,
    kAggregation = 48,
    kFragmentation = 49,
};
constexpr size_t kNalHeaderSize = 2;
constexpr uint8_t kFuStart = 0x80;
constexpr uint8_t kFuTypeMask = 0x3f;

struct NalHeader {
    uint8_t type;
    uint8_t layer;
    uint8_t temporal_id;
};

NalHeader parse_header(std::span<const uint8_t> nal) {
    return {
        .type = static_cast<uint8_t>(nal[0] >> 1 & 0x3f),
        .layer = static_cast<uint8_t>((nal[0] & 1) << 5 | nal[1] >> 3),
        .temporal_id = static_cast<uint8_t>(nal[1] & 7),  // plus 1
    };
}

class H265Inspector final : public DependentUnitInspector {
public:
    void add(const PacketView &packet) override {
        const auto payload = packet.payload;
        if (payload.size() < kNalHeaderSize)
            return;
        const NalHeader header = parse_header(payload);
        if (header.type == kAggregation)
            add_aggregate(payload.subspan(kNalHeaderSize));
        else if (header.type == kFragmentation)
            add_fragment(header, payload.subspan(kNalHeaderSize));
        else
            add_nal(header, payload);
    }

    std::optional<FormatParameters> take_parameter_sets() override { return sets_.take_changed(); }

    AccessUnitTraits finish() override {
        sets_.finish_unit();
        const Unit unit = std::exchange(unit_, {});
        const bool top_layer = unit.lowest_temporal_id >= highest_temporal_id_;
        return {
            .key = unit.random_access,
            .droppable = unit.slices && !unit.reference && top_layer && !unit.vps && !unit.sps && !unit.pps,
        };
    }

private:
    struct Unit {
        bool random_access = false;
        bool vps = false;
        bool sps = false;
        bool pps = false;
        bool slices = false;
        bool reference = false;  // pictures of the same temporal layer refer to it
        uint8_t lowest_temporal_id = 7;
    };

    // Section 4.4.2. No DONL fields: they come only with sprop-max-don-diff, which no payloader of GStreamer offers.
    void add_aggregate(std::span<const uint8_t> bytes) {
        while (bytes.size() >= 2 + kNalHeaderSize) {
            const size_t size = load_u16(bytes, 0);
            bytes = bytes.subspan(2);
            if (size < kNalHeaderSize || size > bytes.size())
                return;
            add_nal(parse_header(bytes), bytes.first(size));
            bytes = bytes.subspan(size);
        }
    }

    // Section 4.4.3. Where the first fragment was lost, no decoder can begin, but others may still refer to it.
    void add_fragment(NalHeader header, std::span<const uint8_t> bytes) {
        if (bytes.empty())
            return;
        header.type = bytes[0] & kFuTypeMask;
        if (bytes[0] & kFuStart)
            add_nal(header, {});
        else
            note_slice(header);
    }

    // `nal` is the whole unit, or empty if the packet has only its beginning.
    void add_nal(const NalHeader &header, std::span<const uint8_t> nal) {
        note_slice(header);
        sets_.add(header.type, nal);
        unit_.random_access |= header.layer == 0 && header.type >= kBlaWLp && header.type <= kCra;
        unit_.vps |= header.type == kVps;
        unit_.sps |= header.type == kSps;
        unit_.pps |= header.type == kPps;
    }

    void note_slice(const NalHeader &header) {
        if (header.type > kLastVcl)
            return;
        unit_.slices = true;
        unit_.reference |= header.type >= kRsvVclR15 || (header.type & 1) != 0;
        unit_.lowest_temporal_id = std::min(unit_.lowest_temporal_id, header.temporal_id);
        highest_temporal_id_ = std::max(highest_temporal_id_, header.temporal_id);
    }

    Unit unit_;
    ParameterSets sets_{{{kVps, "sprop-vps"}, {kSps, "sprop-sps"}, {kPps, "sprop-pps"}}};
    uint8_t highest_temporal_id_ = 0;
};

}  // namespace

MadeInspector make_h265_inspector() {
    return std::make_unique<H265Inspector>();
}

}  // namespace rtspcore::rtp

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "rtp/access_unit_codecs.h"
#include "rtp/big_endian.h"
#include "rtp/sei.h"

namespace rtspcore::rtp {

namespace {

// ITU-T H.264 table 7-1, then RFC 6184 table 1.
enum NalType : uint8_t {
    kSlice = 1,
    kIdrSlice = 5,
    kSei = 6,
    kSps = 7,
    kPps = 8,
    kStapA = 24,
    kStapB = 25,
    kMtap16 = 26,
    kMtap24 = 27,
    kFuA = 28,
    kFuB = 29,
};
constexpr uint8_t kTypeMask = 0x1f;
constexpr uint8_t kNriMask = 0x60;
constexpr uint8_t kFuStart = 0x80;
constexpr size_t kNalHeaderSize = 1;

class H264Inspector final : public DependentUnitInspector {
public:
    void add(const PacketView &packet) override {
        const auto payload = packet.payload;
        if (payload.empty())
            return;
        switch (payload[0] & kTypeMask) {
            case kStapA:
                return add_aggregate(payload.subspan(1), 0);
            case kStapB:
                return add_aggregate(payload.subspan(1), 0, kDonSize);
            case kMtap16:
                return add_aggregate(payload.subspan(1), 1 + 2, kDonSize);
            case kMtap24:
                return add_aggregate(payload.subspan(1), 1 + 3, kDonSize);
            case kFuA:
            case kFuB:
                return add_fragment(payload);
            default:
                return add_nal(payload[0], payload);
        }
    }

    std::optional<FormatParameters> take_parameter_sets() override { return sets_.take_changed(); }

    AccessUnitTraits finish() override {
        sets_.finish_unit();
        const Unit unit = std::exchange(unit_, {});
        return {
            // A recovery point without its SPS is of no use to who joins there: a stream that refreshes its picture bit
            // by bit has no IDR to wait
            // for (x264's intra-refresh, many cameras), and repeats the SPS where one can begin.
            .key = unit.idr || (unit.recovery_point && unit.sps),
            .droppable = unit.slices && !unit.reference && !unit.sps && !unit.pps,
        };
    }

private:
    static constexpr size_t kDonSize = 2;

    struct Unit {
        bool idr = false;
        bool recovery_point = false;
        bool sps = false;
        bool pps = false;
        bool slices = false;
        bool reference = false;  // nal_ref_idc of a slice is not 0
    };

    // RFC 6184 section 5.7: per NAL unit its size, then `between` bytes (DOND and time stamp offset of the MTAPs), then
    // itself.
    void add_aggregate(std::span<const uint8_t> bytes, size_t between, size_t skipped = 0) {
        if (bytes.size() < skipped)
            return;
        bytes = bytes.subspan(skipped);
        while (bytes.size() >= 2 + between) {
            const size_t size = load_u16(bytes, 0);
            bytes = bytes.subspan(2 + between);
            if (size == 0 || size > bytes.size())
                return;
            add_nal(bytes[0], bytes.first(size));
            bytes = bytes.subspan(size);
        }
    }

    // RFC 6184 section 5.8. A NAL unit whose first fragment was lost is none that a decoder can use, but still one that
    // others refer to.
    void add_fragment(std::span<const uint8_t> payload) {
        if (payload.size() < 2)
            return;
        const auto header = static_cast<uint8_t>((payload[0] & kNriMask) | (payload[1] & kTypeMask));
        if (payload[1] & kFuStart)
            add_nal(header, {});
        else
            note_slice(header);
    }

    // `nal` is the whole unit, or empty if the packet has only its beginning.
    void add_nal(uint8_t header, std::span<const uint8_t> nal) {
        note_slice(header);
        sets_.add(header & kTypeMask, nal);
        switch (header & kTypeMask) {
            case kIdrSlice:
                unit_.idr = true;
                break;
            case kSps:
                unit_.sps = true;
                break;
            case kPps:
                unit_.pps = true;
                break;
            case kSei:
                if (nal.size() > kNalHeaderSize)
                    unit_.recovery_point |= sei_has_recovery_point(nal.subspan(kNalHeaderSize));
                break;
            default:
                break;
        }
    }

    void note_slice(uint8_t header) {
        const auto type = header & kTypeMask;
        if (type < kSlice || type > kIdrSlice)
            return;
        unit_.slices = true;
        unit_.reference |= (header & kNriMask) != 0;
    }

    Unit unit_;
    ParameterSets sets_{{{kSps, "sprop-parameter-sets"}, {kPps, "sprop-parameter-sets"}}};
};

}  // namespace

MadeInspector make_h264_inspector() {
    return std::make_unique<H264Inspector>();
}

}  // namespace rtspcore::rtp

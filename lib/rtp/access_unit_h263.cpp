// SPDX-License-Identifier: LGPL-2.1-or-later
#include <optional>
#include <utility>

#include "rtp/access_unit_codecs.h"

namespace rtspcore::rtp {

namespace {

// H.263 has neither parameter sets nor a mark of pictures that nothing refers to.
class H263BaseInspector : public DependentUnitInspector {
public:
    void add(const PacketView &packet) override {
        if (!intra_)
            intra_ = begins_intra(packet.payload);
    }
    AccessUnitTraits finish() override {
        return {.key = std::exchange(intra_, std::nullopt).value_or(false), .droppable = false};
    }

private:
    // Nothing when the payload does not begin a picture.
    [[nodiscard]] virtual std::optional<bool> begins_intra(std::span<const uint8_t> payload) const = 0;
    std::optional<bool> intra_;
};

// RFC 2190 section 5: F and P tell the form of the header, I (0: intra) its place. Only mode A can begin a picture.
class H263Inspector final : public H263BaseInspector {
    [[nodiscard]] std::optional<bool> begins_intra(std::span<const uint8_t> payload) const override {
        constexpr size_t kHeaderSize = 4;
        const bool mode_a = payload.size() >= kHeaderSize + 3 && !(payload[0] & 0x80);
        if (!mode_a || payload[4] != 0 || payload[5] != 0 || (payload[6] & 0xfc) != 0x80)
            return std::nullopt;
        return !(payload[1] & 0x10);
    }
};

// The bits of a picture header, ITU-T H.263 section 5.1; after the end, zeros.
class Bits {
public:
    explicit Bits(std::span<const uint8_t> bytes) : bytes_(bytes) {}
    unsigned take(unsigned count) {
        unsigned value = 0;
        for (; count > 0; count--, at_++)
            value = value << 1 | (at_ / 8 < bytes_.size() ? bytes_[at_ / 8] >> (7 - at_ % 8) & 1U : 0U);
        return value;
    }

private:
    std::span<const uint8_t> bytes_;
    size_t at_ = 0;
};

// The bits of PTYPE (section 5.1.3), and with PLUSPTYPE those of OPPTYPE and MPPTYPE (section 5.1.4).
bool is_intra_picture(std::span<const uint8_t> picture) {
    Bits bits(picture);
    bits.take(6 + 8 + 5);  // the rest of the picture start code, temporal reference, the first five of PTYPE
    constexpr unsigned kExtendedType = 7;
    if (bits.take(3) != kExtendedType)
        return bits.take(1) == 0;
    if (bits.take(3) == 1)
        bits.take(18);
    return bits.take(3) == 0;
}

// RFC 4629 section 5.1: RR, P, V, PLEN, PEBIT. P stands for the two zero octets that every start code begins with.
class H263PlusInspector final : public H263BaseInspector {
    [[nodiscard]] std::optional<bool> begins_intra(std::span<const uint8_t> payload) const override {
        if (payload.size() < 2 || !(payload[0] & 0x04))
            return std::nullopt;
        const size_t redundancy = payload[0] & 0x02 ? 1 : 0;
        const size_t extra_header = static_cast<size_t>((payload[0] & 1) << 5 | payload[1] >> 3);
        const size_t begin = 2 + redundancy + extra_header;
        constexpr size_t kShortestPictureHeader = 4;
        if (payload.size() < begin + kShortestPictureHeader || (payload[begin] & 0xfc) != 0x80)
            return std::nullopt;
        return is_intra_picture(payload.subspan(begin));
    }
};

}  // namespace

MadeInspector make_h263_inspector() {
    return std::make_unique<H263Inspector>();
}

MadeInspector make_h263_plus_inspector() {
    return std::make_unique<H263PlusInspector>();
}

}  // namespace rtspcore::rtp

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "rtp/access_unit_codecs.h"
#include "rtp/start_code_scanner.h"

namespace rtspcore::rtp {

namespace {

enum class Coding : uint8_t { Intra, Predicted, Bidirectional, Other };

// The pictures of one unit: mostly one, two with field pictures, and more where rtpmpvpay fills a packet with small
// ones: then the last picture of one group may come before the intra picture of the next.
struct Pictures {
    bool any = false;
    bool intra = false;
    bool all_bidirectional = true;  // nothing refers to a B picture, neither in MPEG-1 and -2 nor in MPEG-4 part 2
    bool header = false;            // sequence header or VOL

    void add(Coding coding) {
        any = true;
        intra |= coding == Coding::Intra;
        all_bidirectional &= coding == Coding::Bidirectional;
    }
    [[nodiscard]] AccessUnitTraits traits() const {
        return {.key = intra, .droppable = any && all_bidirectional && !header};
    }
};

// ISO/IEC 14496-2 table 6-3.
constexpr uint8_t kFirstVol = 0x20;
constexpr uint8_t kLastVol = 0x2f;
constexpr uint8_t kVop = 0xb6;

class Mpeg4Inspector final : public DependentUnitInspector {
public:
    void add(const PacketView &packet) override {
        scanner_.scan(packet.payload, [this](uint8_t code, uint8_t first, uint8_t) {
            if (code >= kFirstVol && code <= kLastVol)
                pictures_.header = true;
            else if (code == kVop)
                pictures_.add(kCodings[first >> 6]);
        });
    }

    AccessUnitTraits finish() override {
        scanner_.reset();
        return std::exchange(pictures_, {}).traits();
    }

private:
    static constexpr Coding kCodings[] = {Coding::Intra, Coding::Predicted, Coding::Bidirectional, Coding::Other};
    StartCodeScanner scanner_;
    Pictures pictures_;
};

// ISO/IEC 13818-2 table 6-1.
constexpr uint8_t kPicture = 0x00;
constexpr uint8_t kSequenceHeader = 0xb3;

Coding mpeg2_coding(unsigned picture_coding_type) {
    switch (picture_coding_type) {
        case 1:
            return Coding::Intra;
        case 2:
            return Coding::Predicted;
        case 3:
            return Coding::Bidirectional;
        default:
            return Coding::Other;
    }
}

// An encoder need not repeat its sequence header (mpeg2enc does not unless told), so that a viewer goes on at any intra
// picture. The start codes are looked at, not the type and the sequence-header bit of RFC 2250's header (section 3.4):
// GStreamer's payloader leaves that header empty.
class Mpeg2Inspector final : public DependentUnitInspector {
public:
    void add(const PacketView &packet) override {
        if (packet.payload.size() < kVideoHeaderSize)
            return;
        const size_t header = kVideoHeaderSize + (packet.payload[0] & kMpeg2Extension ? kMpeg2ExtensionSize : 0);
        if (header > packet.payload.size())
            return;
        scanner_.scan(packet.payload.subspan(header), [this](uint8_t code, uint8_t, uint8_t second) {
            if (code == kSequenceHeader)
                pictures_.header = true;
            else if (code == kPicture)
                pictures_.add(mpeg2_coding(second >> 3 & 7));
        });
    }

    AccessUnitTraits finish() override {
        scanner_.reset();
        return std::exchange(pictures_, {}).traits();
    }

private:
    static constexpr size_t kVideoHeaderSize = 4;
    static constexpr uint8_t kMpeg2Extension = 0x04;
    static constexpr size_t kMpeg2ExtensionSize = 4;
    StartCodeScanner scanner_;
    Pictures pictures_;
};

}  // namespace

MadeInspector make_mpeg4_inspector() {
    return std::make_unique<Mpeg4Inspector>();
}

MadeInspector make_mpeg2_inspector() {
    return std::make_unique<Mpeg2Inspector>();
}

}  // namespace rtspcore::rtp

// SPDX-License-Identifier: LGPL-2.1-or-later
// RTP that somebody pushes into the sink: a chain of packets, each behind its size in 16 bits, that every inspector is
// shown as one stream.
#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <utility>

#include "fuzz/require.h"
#include "rtp/access_unit.h"
#include "rtp/packet.h"

using namespace rtspcore;
using fuzz::require;

namespace {

constexpr std::array kEncodings{"H264", "H265", "VP8",       "VP9",  "AV1", "MP4V-ES",
                                "MPV",  "H263", "H263-1998", "JPEG", "OPUS"};

std::span<const uint8_t> take_packet(std::span<const uint8_t> &bytes) {
    if (bytes.size() < 2)
        return std::exchange(bytes, {});
    const auto size = std::min(size_t{static_cast<uint16_t>(bytes[0] << 8 | bytes[1])}, bytes.size() - 2);
    const auto packet = bytes.subspan(2, size);
    bytes = bytes.subspan(2 + size);
    return packet;
}

void check_unit(rtp::AccessUnitInspector &inspector) {
    const auto traits = inspector.finish();
    require(inspector.has_key_frames() || traits.key, "a unit that depends on none is a key");
    const auto empty = inspector.finish();
    require(!inspector.has_key_frames() || (!empty.key && !empty.droppable),
            "nothing is left over from the unit before");
}

void inspect(std::span<const uint8_t> bytes, const char *encoding) {
    const auto inspector = rtp::make_access_unit_inspector("video", encoding);
    while (!bytes.empty()) {
        const auto packet = take_packet(bytes);
        const auto view = rtp::PacketView::parse(packet);
        if (!view)
            continue;
        require(view->payload.size() + rtp::kFixedHeaderSize <= packet.size(), "a payload is a part of its packet");
        inspector->add(*view);
        if (view->marker)
            check_unit(*inspector);
    }
    check_unit(*inspector);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    for (const char *encoding : kEncodings)
        inspect({data, size}, encoding);
    return 0;
}

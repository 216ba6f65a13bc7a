// SPDX-License-Identifier: LGPL-2.1-or-later
// A datagram of a viewer: any is read or refused, and no item comes from beyond its end.
#include "fuzz/require.h"
#include "rtp/rtcp.h"

using namespace rtspcore;
using fuzz::require;

namespace {

constexpr size_t kBlockSize = 24;

size_t bytes_of(const rtp::ReceiverReport &report) {
    return 8 + report.blocks.size() * kBlockSize;
}
size_t bytes_of(const rtp::PictureLossIndication &) {
    return 12;
}
size_t bytes_of(const rtp::FullIntraRequest &) {
    return 8;
}
size_t bytes_of(const rtp::Goodbye &goodbye) {
    return 4 + goodbye.sources.size() * 4;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    require(!rtp::read_sender_info({data, size}) || (size >= 28 && data[1] == 200),
            "a report is there if it is told of");
    const auto items = rtp::parse_rtcp({data, size});
    if (!items) {
        require(!items.error().message.empty(), "a refusal says why");
        return 0;
    }
    size_t told = 0;
    for (const auto &item : *items)
        told += std::visit([](const auto &value) { return bytes_of(value); }, item);
    require(told <= size, "items take no more bytes than came");
    require(size % 4 == 0, "a compound packet is made of words");
    return 0;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "interleaved_stream.h"

#include <algorithm>

namespace bench {

namespace {

// One for all connections: with thousands of viewers a buffer for each would not stay in the processor's cache.
std::span<uint8_t> shared_buffer() {
    static std::vector<uint8_t> buffer(512UL * 1024);
    return buffer;
}

}  // namespace

bool InterleavedStream::receive(PacketListener &listener) {
    const std::span<uint8_t> buffer = shared_buffer();
    const size_t kept = unparsed_.size();
    if (kept == buffer.size())
        return false;
    std::copy(unparsed_.begin(), unparsed_.end(), buffer.begin());
    const Carrier::Received received = carrier_->receive(buffer.subspan(kept));
    if (received.size == 0)
        return received.open;
    const auto bytes = buffer.first(kept + received.size);
    const size_t parsed = parse(bytes, listener, received.arrival);
    unparsed_.assign(bytes.begin() + static_cast<ptrdiff_t>(parsed), bytes.end());
    return received.open;
}

size_t InterleavedStream::parse(std::span<const uint8_t> bytes, PacketListener &listener, rtspcore::Time now) {
    size_t at = 0;
    while (at + 4 <= bytes.size()) {
        if (bytes[at] == '$') {
            const size_t size = static_cast<size_t>(bytes[at + 2] << 8 | bytes[at + 3]);
            if (at + 4 + size > bytes.size())
                break;
            listener.on_packet(bytes[at + 1], bytes.subspan(at + 4, size), now);
            at += 4 + size;
            continue;
        }
        size_t consumed = 0;
        const auto response =
            RtspResponse::parse({reinterpret_cast<const char *>(bytes.data()) + at, bytes.size() - at}, consumed);
        if (!response)
            break;
        at += consumed;
        listener.on_response(*response);
    }
    return at;
}

}  // namespace bench

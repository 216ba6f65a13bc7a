// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/byte_stream.h"
#include "rtp/packet_slab.h"

namespace rtspcore::net {

using SharedSlab = std::shared_ptr<const rtp::PacketSlab>;

// Room for one slab whose interleaved headers are not the usual ones; shared by all writers of a thread.
using WriteScratch = std::vector<uint8_t>;

// Puts RTSP messages and interleaved packets (RFC 2326 section 10.12) on one TCP connection. It holds at most one slab,
// the one that the kernel took a part of only, and control messages, which overtake the rest of a slab at the next
// packet boundary.
//
// Confined to its connection's I/O thread. Never blocks.
class StreamWriter {
public:
    // Done: everything is on its way. Blocked: go on with flush() when the socket is writable. Broken: the connection
    // is over.
    using Outcome = ByteStream::Outcome;
    static constexpr size_t kMaxControl = 256 * 1024;

    // Appends a message, to be sent by flush(). False when the peer lets more than kMaxControl pile up: it is not
    // reading its answers.
    [[nodiscard]] bool queue_control(std::string_view bytes);
    // Sends a slab behind what is queued; only when nothing of an earlier slab is left. With `channel` the packets are
    // relabelled.
    Outcome write(ByteStream &stream, SharedSlab slab, std::optional<uint8_t> channel, WriteScratch &scratch);
    Outcome flush(ByteStream &stream, WriteScratch &scratch);

    [[nodiscard]] bool has_slab() const { return slab_ != nullptr; }
    [[nodiscard]] bool idle() const { return !slab_ && control_.empty(); }
    [[nodiscard]] uint64_t bytes_sent() const { return bytes_sent_; }

private:
    Outcome send_slab(ByteStream &stream, size_t end, WriteScratch &scratch);
    Outcome send_control(ByteStream &stream);
    Outcome send(ByteStream &stream, std::span<const uint8_t> bytes, size_t &sent);
    [[nodiscard]] size_t end_of_packet() const;

    SharedSlab slab_;
    size_t slab_sent_ = 0;
    std::optional<uint8_t> channel_;
    std::string control_;
    size_t control_sent_ = 0;
    uint64_t bytes_sent_ = 0;
};

}  // namespace rtspcore::net

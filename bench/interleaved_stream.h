// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "carrier.h"
#include "rtsp_client.h"

namespace bench {

// Where received packets and responses go.
class PacketListener {
public:
    virtual ~PacketListener() = default;
    // `channel` as in RFC 2326 section 10.12: 2 x track for RTP, + 1 for RTCP.
    virtual void on_packet(size_t channel, std::span<const uint8_t> packet, rtspcore::Time now) = 0;
    virtual void on_response(const RtspResponse &) {}
};

// The RTSP responses and interleaved packets (RFC 2326 section 10.12) of a connection. Confined to one thread; never
// blocks.
class InterleavedStream {
public:
    explicit InterleavedStream(std::unique_ptr<Carrier> carrier) : carrier_(std::move(carrier)) {}

    [[nodiscard]] const Carrier &carrier() const { return *carrier_; }
    // False when the connection is gone.
    bool send(const std::string &request) { return carrier_->send(request); }
    // One large read, and all that is whole in it; false when the connection is gone.
    bool receive(PacketListener &listener);

private:
    size_t parse(std::span<const uint8_t> bytes, PacketListener &listener, rtspcore::Time now);

    std::unique_ptr<Carrier> carrier_;
    std::vector<uint8_t> unparsed_;  // the packet or response that was cut by the end of the last read
};

}  // namespace bench

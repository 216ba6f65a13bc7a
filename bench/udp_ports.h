// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/event_loop.h"
#include "base/unique_fd.h"
#include "interleaved_stream.h"

namespace bench {

// The RTP and RTCP ports of one track of one viewer: an even port and the next one (RFC 3550 section 11). Reads the RTP
// port only; what comes to the other is left to the kernel. Confined to the loop's thread; undoes its registration.
class UdpPorts final : private rtspcore::EventLoop::Handler {
public:
    // Nothing when no pair is free. The listener outlives the ports.
    static std::unique_ptr<UdpPorts> open(rtspcore::EventLoop &loop, size_t track, PacketListener &listener);
    ~UdpPorts() override;

    [[nodiscard]] uint16_t rtp_port() const { return rtp_port_; }
    [[nodiscard]] int rtp_fd() const { return rtp_.get(); }

private:
    UdpPorts(rtspcore::EventLoop &loop, size_t track, PacketListener &listener)
        : loop_(loop), channel_(2 * track), listener_(listener) {}
    void on_ready(uint32_t events) override;

    rtspcore::EventLoop &loop_;
    const size_t channel_;
    PacketListener &listener_;
    uint16_t rtp_port_ = 0;
    rtspcore::UniqueFd rtp_;
    rtspcore::UniqueFd rtcp_;
};

}  // namespace bench

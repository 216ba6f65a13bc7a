// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"
#include "samples.h"
#include "stamp_table.h"

namespace bench {

// What the viewers see together: how far apart they receive the same frame, and how long after the source had it.
// Confined to one thread.
class Audience {
public:
    explicit Audience(std::optional<StampTable> stamps) : stamps_(std::move(stamps)) {}

    // Nothing is kept before.
    void start_recording(size_t viewers);
    void stop_recording();

    // A viewer has received the last packet of a frame.
    void on_frame(uint32_t rtp_time, std::span<const uint8_t> last_packet, rtspcore::Time now);
    // How old a frame is; nothing without stamps.
    [[nodiscard]] std::optional<rtspcore::Duration> age(std::span<const uint8_t> last_packet, rtspcore::Time now) const;

    // Between the first and the last viewer that received a frame, one sample a frame that nearly all received.
    [[nodiscard]] const Samples &spread() const { return spread_; }
    // One sample per frame and viewer.
    [[nodiscard]] const Samples &latency() const { return latency_; }

private:
    struct Frame {
        uint32_t rtp_time = 0;
        size_t arrivals = 0;
        rtspcore::Time first{};
        rtspcore::Time last{};
    };
    void finish(const Frame &frame);

    std::optional<StampTable> stamps_;
    size_t viewers_ = 0;               // 0: not recording
    std::array<Frame, 256> frames_{};  // the latest frames; the slot comes from the RTP time
    Samples spread_;
    Samples latency_;
};

}  // namespace bench

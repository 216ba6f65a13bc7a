// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "rtp/packet.h"

namespace rtspproxy {

// Makes one RTP stream of the streams of several upstreams, one after the other (RFC 3550 section 5.1): SSRC and
// numbering stay those of the first; what follows is numbered on from it, and its RTP times go on with the time that
// really passed. Of the first upstream nothing is changed, nor of the others anything but by a constant.
// Confined to the streaming thread.
class RtpContinuity {
public:
    struct Numbers {
        rtspcore::rtp::Ssrc ssrc = 0;
        uint16_t sequence = 0;
        rtspcore::rtp::RtpTime time = 0;
        bool operator==(const Numbers &) const = default;
    };

    // The next packet is the first of another upstream.
    void renew() { source_.reset(); }
    // The numbers that a packet goes on with which came with `in`. `at` is its presentation time.
    Numbers next(const Numbers &in, rtspcore::Duration at, unsigned clock_rate);

private:
    void anchor(const Numbers &in, rtspcore::Duration at, unsigned clock_rate);

    std::optional<rtspcore::rtp::Ssrc> source_;  // of the current upstream
    std::optional<Numbers> last_;                // as it went on
    rtspcore::Duration last_at_{};
    uint16_t sequence_offset_ = 0;
    rtspcore::rtp::RtpTime time_offset_ = 0;
};

}  // namespace rtspproxy

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/ref.h"

namespace rtspproxy {

// How well packets come in, by the jitter buffers of rtspsrc, of all upstreams that there were. Safe.
class Reception {
public:
    struct Totals {
        uint64_t received = 0;  // in time, and passed on
        uint64_t lost = 0;
        uint64_t late = 0;
        GstClockTime jitter = 0;           // the largest of the streams, as they came last (RFC 3550 section 6.4.1)
        rtspcore::WallTime last_packet{};  // 1970: there was none
    };

    void note_packet(rtspcore::Time now) {
        last_packet_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    }
    void add(GstElement *jitter_buffer);
    // The upstream is gone: its buffers are let go of.
    void fold();
    [[nodiscard]] Totals totals();

private:
    struct State {
        Totals past;
        std::vector<rtspcore::Ref<GstElement>> buffers;
        int64_t last_told = 0;  // the packet whose time this is
        rtspcore::WallTime last_told_wall{};
    };
    static void count(GstElement *buffer, Totals &totals);
    [[nodiscard]] rtspcore::WallTime last_packet();

    rtspcore::Guarded<State> state_;
    std::atomic<int64_t> last_packet_{0};
};

}  // namespace rtspproxy

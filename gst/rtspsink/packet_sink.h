// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstbasesink.h>

#include <atomic>
#include <functional>
#include <memory>

#include "enums.h"
#include "key_unit_requester.h"
#include "packet_feed.h"
#include "running_time_reset.h"

namespace rtspsink {

// What GstRtspPacketSink does: RTP in, batches of a track out. It never waits for a viewer, and waits for the clock
// only where nothing upstream does (SyncMode::Auto).
//
// Thread: set_sync_mode(), feed().switch_track(), upstream_changed(), unlock(), state_changed(), key_units() are safe;
// the rest is called by the streaming thread.
class PacketSink {
public:
    // Told the caps of the packets on the streaming thread, not under a lock; false refuses them.
    using CapsCallback = std::function<bool(GstCaps *caps)>;

    PacketSink(GstBaseSink *sink, CaptureClock &clock, CapsCallback on_caps);

    void set_sync_mode(SyncMode mode);
    // Whether it is live is asked again before the next packet.
    void upstream_changed();

    bool take_caps(GstCaps *caps) { return on_caps_(caps); }
    void take_event(GstEvent *event);
    // A streaming thread that waits in it has to go on.
    void unlock() { running_time_reset_.release(); }
    void state_changed() { running_time_reset_.state_changed(); }
    [[nodiscard]] PacketFeed &feed() { return feed_; }
    [[nodiscard]] const std::shared_ptr<KeyUnitRequester> &key_units() const { return key_units_; }

private:
    static GstPadProbeReturn before_packet(GstPad *pad, GstPadProbeInfo *info, gpointer self);
    void decide_sync();

    GstBaseSink *const sink_;
    const CapsCallback on_caps_;
    const std::shared_ptr<KeyUnitRequester> key_units_;
    PacketFeed feed_;
    RunningTimeReset running_time_reset_;
    std::atomic<SyncMode> mode_{SyncMode::Auto};
    std::atomic<bool> probing_{false};
};

}  // namespace rtspsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <functional>

#include "base/ref.h"
#include "rtspsrc.h"

namespace rtspproxy {

// Whether a location has media, found out beside the upstream that plays: what comes is thrown away.
//
// Thread: made and destroyed on the supervisor's thread; it tells `done` once, from a thread of rtspsrc, and nothing
// any more once the destructor returned.
class Trial {
public:
    Trial(const RtspsrcConfig &config, std::function<void(bool has_media)> done);
    ~Trial();
    Trial(const Trial &) = delete;
    Trial &operator=(const Trial &) = delete;

    void start();

private:
    void tell(bool has_media);
    static void add_pad(GstElement *source, GstPad *pad, gpointer self);
    static GstPadProbeReturn take_packet(GstPad *pad, GstPadProbeInfo *info, gpointer self);
    static GstBusSyncReply take_message(GstBus *bus, GstMessage *message, gpointer self);

    const std::function<void(bool)> done_;
    const rtspcore::Ref<GstElement> bin_;
    const rtspcore::Ref<GstBus> bus_;
    std::atomic<bool> told_{false};
};

}  // namespace rtspproxy

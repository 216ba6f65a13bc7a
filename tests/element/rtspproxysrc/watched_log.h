// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <utility>

#include "base/ref.h"

namespace rtspsink::test {

// What a source pad is told of who watches. Safe.
class WatchedLog {
public:
    explicit WatchedLog(rtspcore::Ref<GstPad> pad) : pad_(std::move(pad)) {
        probe_ = gst_pad_add_probe(pad_.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, take, this, nullptr);
    }
    ~WatchedLog() { gst_pad_remove_probe(pad_.get(), probe_); }
    WatchedLog(const WatchedLog &) = delete;
    WatchedLog &operator=(const WatchedLog &) = delete;

    // The number of viewers that was told last.
    [[nodiscard]] unsigned last() const { return last_.load(); }

private:
    static GstPadProbeReturn take(GstPad *, GstPadProbeInfo *info, gpointer self) {
        GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);
        guint viewers = 0;
        if (gst_event_has_name(event, "GstRtspWatched") &&
            gst_structure_get_uint(gst_event_get_structure(event), "viewers", &viewers))
            static_cast<WatchedLog *>(self)->last_.store(viewers);
        return GST_PAD_PROBE_OK;
    }

    const rtspcore::Ref<GstPad> pad_;
    gulong probe_ = 0;
    std::atomic<unsigned> last_{0};
};

}  // namespace rtspsink::test

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "output.h"

namespace rtspproxy {

// The pads of the element. They are made when a description names their stream for the first time, and go with PAUSED.
//
// Thread: of() and complete() belong to the thread of the upstream; the rest to who changes the element's state, or to
// the supervisor, as long as no upstream is there; set_wanted() is safe.
class Outputs {
public:
    using Watched = std::function<void(const std::string &key, bool watched)>;

    Outputs(GstElement *element, Watched watched) : element_(element), watched_(std::move(watched)) {}

    // The one for this stream, "video0": the first video stream of any description; made if there is none yet.
    std::shared_ptr<Output> of(const std::string &key);
    // All streams of the first description have their pad.
    void complete();
    void set_wanted(bool wanted);
    // Of pads that are made from here on.
    void set_mode(Mode mode) { mode_ = mode; }
    void set_latency(GstClockTime latency) { latency_ = latency; }
    void end();
    void clear();

private:
    [[nodiscard]] std::vector<std::shared_ptr<Output>> all();

    GstElement *const element_;
    const Watched watched_;
    rtspcore::Guarded<std::vector<std::shared_ptr<Output>>> list_;
    std::atomic<bool> wanted_{false};
    std::atomic<GstClockTime> latency_{0};
    std::atomic<bool> complete_{false};
    std::atomic<Mode> mode_{Mode::Rtp};
    guint group_ = gst_util_group_id_next();
};

}  // namespace rtspproxy

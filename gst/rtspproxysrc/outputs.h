// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "output.h"
#include "stream_caps.h"

namespace rtspproxy {

// The pads of the element. They are made when a description names their stream for the first time, and go with PAUSED.
//
// Thread: describe(), of() and complete() belong to the thread of the upstream; the rest to who changes the element's
// state, or to the supervisor, as long as no upstream is there; set_wanted() and going_nowhere() are safe.
class Outputs {
public:
    // `name` is the element's in a Via header.
    Outputs(GstElement *element, Output::Watched watched, std::string name)
        : element_(element), watched_(std::move(watched)), name_(std::move(name)) {}

    // Makes a pad before anything is known of a stream: it is for the first one that is described.
    void make_first();
    // What a description names: those that have no pad yet get one. All pads are there before any has caps, so that who
    // serves them knows what belongs together.
    void describe(const std::vector<StreamDescription> &streams);
    // The one for this stream, "video0": the first video stream of any description; made if there is none yet.
    std::shared_ptr<Output> of(const std::string &key);
    // The pads and what they have, if media comes and nobody takes any of it; else empty.
    [[nodiscard]] std::string going_nowhere();
    // As of each output.
    void set_away();
    void tell_away();
    // All streams of the first description have their pad.
    void complete();
    [[nodiscard]] bool empty() { return list_.lock()->empty(); }
    void set_wanted(bool wanted);
    // Of pads that are made from here on.
    void set_mode(Mode mode) { mode_ = mode; }
    void set_latency(GstClockTime latency) { latency_ = latency; }
    void end();
    void clear();

private:
    [[nodiscard]] std::vector<std::shared_ptr<Output>> all();
    [[nodiscard]] std::shared_ptr<Output> find(const std::string &key);
    std::shared_ptr<Output> make();
    void add(Output &output);

    GstElement *const element_;
    const Output::Watched watched_;
    const std::string name_;
    rtspcore::Guarded<std::vector<std::shared_ptr<Output>>> list_;
    std::atomic<bool> wanted_{false};
    std::atomic<GstClockTime> latency_{0};
    std::atomic<bool> complete_{false};
    std::atomic<Mode> mode_{Mode::Rtp};
    guint group_ = gst_util_group_id_next();
};

}  // namespace rtspproxy

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <memory>

#include "base/guarded.h"
#include "recorder.h"
#include "settings.h"
#include "teller.h"

namespace recordsink {

// What is behind the GObject of the element. Safe, but for change_state(), which GStreamer calls one at a time.
class RecordSink {
public:
    // `element`, a bin, owns it.
    explicit RecordSink(GstElement *element) : element_(element), teller_(element) {}

    [[nodiscard]] Settings settings() { return *settings_.lock(); }
    void change_settings(const std::function<void(Settings &)> &change) { change(*settings_.lock()); }

    GstStateChangeReturn change_state(GstStateChange transition, const std::function<GstStateChangeReturn()> &parent);
    GstPad *add_pad(GstPadTemplate *templ, const char *name);
    void remove_pad(GstPad *pad);
    void remove_all_pads();
    // A new file begins at the next key frame, which upstream is asked for.
    void split_now();
    // A new GstStructure.
    [[nodiscard]] GstStructure *statistics();

private:
    struct Pads {
        Recorder::Tracks tracks;
        unsigned next = 0;
    };

    [[nodiscard]] Recorder::Tracks tracks() { return pads_.lock()->tracks; }
    [[nodiscard]] bool check_settings();
    [[nodiscard]] bool start();
    void stop();
    void changed();
    void post_eos();

    GstElement *element_;
    Teller teller_;
    rtspcore::Guarded<Settings> settings_;
    rtspcore::Guarded<Pads> pads_;
    rtspcore::Guarded<std::shared_ptr<Recorder>> recorder_;
    std::atomic<unsigned> sequence_{0};
    std::atomic<unsigned> asked_cuts_{0};
    std::unique_ptr<Aftercare> aftercare_;  // from start() to stop()
};

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <functional>
#include <memory>

#include "base/guarded.h"
#include "clips.h"
#include "recorder.h"
#include "settings.h"
#include "teller.h"

namespace recordsink {

// What is behind the GObject of the element. Safe, but for change_state(), which GStreamer calls one at a time.
class RecordSink {
public:
    // `element`, a bin, owns it.
    explicit RecordSink(GstElement *element) : element_(element), teller_(element), clip_teller_(element) {}

    [[nodiscard]] Settings settings() { return *settings_.lock(); }
    void change_settings(const std::function<void(Settings &)> &change) { change(*settings_.lock()); }

    GstStateChangeReturn change_state(GstStateChange transition, const std::function<GstStateChangeReturn()> &parent);
    GstPad *add_pad(GstPadTemplate *templ, const char *name);
    void remove_pad(GstPad *pad);
    void remove_all_pads();
    // A new file begins at the next key frame, which upstream is asked for.
    void split_now();
    // False: there is no `clip-location`, the element is not in PAUSED or PLAYING, or Clips refuses.
    bool start_event(const char *id, unsigned post);
    bool stop_event(const char *id);
    // A new GstStructure.
    [[nodiscard]] GstStructure *statistics();

private:
    struct Pads {
        Clips::Tracks tracks;
        unsigned next = 0;
        unsigned next_video = 0;
    };
    // How many ends of streams each has told to be written; what is not there more than there ever are.
    struct Told {
        unsigned recorder = 0;
        unsigned clips = 0;
        unsigned posted = 0;
    };

    [[nodiscard]] Clips::Tracks tracks() { return pads_.lock()->tracks; }
    [[nodiscard]] bool check_settings();
    void warn_of_misfits(const Settings &settings);
    [[nodiscard]] std::string free_name();
    [[nodiscard]] Track::Owner track_owner();
    [[nodiscard]] std::optional<std::string> claim_video(Track &track);
    [[nodiscard]] std::optional<RunningTime> now() const;
    [[nodiscard]] bool start();
    [[nodiscard]] std::string camera_of(const Settings &settings) const;
    void start_recorder(const Settings &settings);
    void start_clips(const Settings &settings);
    void stop();
    void changed();
    void part_ended(unsigned Told::*part, unsigned ends);
    void post_eos();

    GstElement *element_;
    Teller teller_;
    rtspcore::Guarded<Settings> settings_;
    rtspcore::Guarded<Pads> pads_;
    Teller clip_teller_;
    rtspcore::Guarded<std::shared_ptr<Recorder>> recorder_;
    rtspcore::Guarded<std::shared_ptr<Clips>> clips_;
    std::atomic<unsigned> ends_{0};  // of streams, since start()
    rtspcore::Guarded<Told> told_;
    std::atomic<bool> has_played_{false};  // since start()
    std::atomic<unsigned> sequence_{0};
    std::atomic<unsigned> asked_cuts_{0};
    // From start() to stop().
    std::unique_ptr<Aftercare> aftercare_;
    std::unique_ptr<Aftercare> clip_aftercare_;
    std::atomic<unsigned> clip_sequence_{0};
};

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/guarded.h"
#include "formats.h"
#include "gop_queue.h"
#include "key_frame_watch.h"
#include "settings.h"
#include "teller.h"
#include "time_line.h"

namespace recordsink {

// A sink pad of the element: finds the parser for what comes, and queues what that gives. It never waits for the disk
// when upstream is live.
//
// Thread: its pad's streaming thread; what is said to be safe may be called by any.
class Track {
public:
    struct Owner {
        GstBin *bin;  // borrowed, as is the rest
        Teller *teller;
        std::function<Settings()> settings;
        std::function<std::optional<RunningTime>()> now;  // by the clock; nothing before the element played
        std::function<void()> changed;                    // caps came, or the end
        std::function<void()> ends;                       // right before it has ended
        // Something came, before it is queued; with `wait` this may take as long as the disk does.
        std::function<void(const Track &track, const Unit &unit, bool wait)> taken;
        // Meanwhile nobody may wait.
        std::function<void(const Track &track, bool flushing)> flushing;
        // claim_video() for it; or, where another is the video, the name of that one's pad.
        std::function<std::optional<std::string>(Track &track)> claim_video;
    };

    // `pad` has no target yet.
    Track(Owner owner, rtspcore::Ref<GstPad> pad);
    ~Track();
    Track(const Track &) = delete;
    Track &operator=(const Track &) = delete;

    // Safe.
    [[nodiscard]] GstPad *pad() const { return pad_.get(); }
    [[nodiscard]] GopQueue &queue() { return queue_; }
    // Of what comes now; null before anything came.
    [[nodiscard]] rtspcore::Ref<GstCaps> caps() { return *caps_.lock(); }
    // That in the caps, empty if there is none.
    [[nodiscard]] std::string mapping() { return *mapping_.lock(); }
    [[nodiscard]] bool is_video() const { return is_video_; }
    // It is the video from now on, after those that ended.
    void claim_video(unsigned turn) {
        video_turn_ = turn;
        is_video_ = true;
    }
    [[nodiscard]] unsigned video_turn() const { return video_turn_; }
    // Data come now and then, and it is there without any.
    [[nodiscard]] bool is_sparse() const { return is_sparse_; }
    // It does not wait for the disk.
    [[nodiscard]] bool is_live() const { return is_live_; }
    [[nodiscard]] uint32_t end_sequence() const { return end_sequence_; }
    void push_upstream(GstEvent *event);
    // Of the encoder, as soon as it can.
    void ask_for_key();
    // `event`: whose clip it is in; empty: the continuous recording.
    void tell(const std::optional<Hole> &hole, const std::string &event = {});
    // Before what comes is recorded; a tee that runs may have brought the caps before, and does so once.
    void start(const Settings &settings);
    // When the pad is inactive.
    void stop();

    // The pad goes, and is inactive; the queue stays for who still takes from it.
    void detach();

private:
    static gboolean take_event(GstPad *pad, GstObject *parent, GstEvent *event);
    static gboolean answer_pad(GstPad *pad, GstObject *parent, GstQuery *query);
    static gboolean take_parsed_event(GstPad *pad, GstObject *parent, GstEvent *event);
    static GstFlowReturn take_parsed(GstPad *pad, GstObject *parent, GstBuffer *buffer);
    static gboolean answer_parser(GstPad *pad, GstObject *parent, GstQuery *query);

    bool take_caps(const GstCaps *caps);
    bool take_kind(Route::Kind kind);
    bool refuse(ErrorCode code, const std::string &text);
    void end(GstEvent *event);
    void take_mapping(const GstCaps *caps);
    bool build(const std::string &parser);
    void take(GstBuffer *buffer);
    void stamp(Unit &unit);
    void keep_apart(Unit &unit);
    void watch_key_frames(Unit &unit);
    [[nodiscard]] int64_t capture_offset(GstBuffer *buffer, RunningTime time);
    [[nodiscard]] bool upstream_is_live();

    const Owner owner_;
    const rtspcore::Ref<GstPad> pad_;
    const rtspcore::Ref<GstPad> exit_;  // of the parser
    rtspcore::Ref<GstElement> parser_;
    Route route_;
    bool built_ = false;
    bool refused_ = false;
    GstSegment segment_;
    bool asked_whether_live_ = false;
    bool is_queued_ = true;  // there is continuous recording
    TimeLine time_line_;
    bool one_at_a_time_ = false;   // text, in a format where each lasts until the next
    RunningTime shown_until_ = 0;  // the text before
    KeyFrameWatch key_frames_;
    std::optional<int64_t> fixed_offset_;
    GopQueue queue_;
    rtspcore::Guarded<rtspcore::Ref<GstCaps>> caps_;
    rtspcore::Guarded<std::string> mapping_;
    std::atomic<bool> is_video_{false};
    std::atomic<unsigned> video_turn_{0};
    std::atomic<bool> is_sparse_{false};
    std::atomic<bool> is_live_{false};
    std::atomic<uint32_t> end_sequence_{0};
};

}  // namespace recordsink

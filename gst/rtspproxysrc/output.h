// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "../rtspsink/watched_event.h"
#include "base/clock.h"
#include "base/guarded.h"
#include "base/ref.h"
#include "encoded_chain.h"
#include "key_frame_gate.h"
#include "rtp_continuity.h"
#include "state.h"

namespace rtspproxy {

// A source pad that outlives its upstreams: to what is linked there is one live stream, which now and then pauses.
// Its time is running time from one segment that begins at 0; it never goes back from one upstream to the next.
//
// Thread: claim(), describe(), renew(), push() and tell_away() belong to the thread of the upstream that feeds it, one
// at a time, and to the one after it when that has stopped; the rest is safe.
class Output {
public:
    // Told by downstream, on any thread: who watches the output of that number.
    using Watched = std::function<void(unsigned number, const rtspsink::Watchers &watchers)>;
    struct Place {
        GstElement *element;  // which the pad is added to
        unsigned number;      // of the pad's name
        guint group;          // of all streams of the element
        Mode mode;
        Watched watched;
        std::string name;  // of the element, in a Via header
    };

    explicit Output(Place place);
    ~Output();
    Output(const Output &) = delete;
    Output &operator=(const Output &) = delete;

    [[nodiscard]] GstPad *pad() const { return pad_.get(); }
    // Of its stream, "video0"; empty while it has none.
    [[nodiscard]] const std::string &key() const { return key_; }
    // It is for that stream from now on. Where packets go on as they are, who links the pad can tell by its caps
    // whether it is the one, though nothing comes before describe().
    void claim(std::string key, const GstCaps *caps);
    // What is pushed is dropped while it is not wanted: the pipeline is paused.
    void set_wanted(bool wanted);
    // Of what latency queries are told: how long packets may have been waited for.
    void set_latency(GstClockTime latency) { latency_.store(latency, std::memory_order_relaxed); }

    // Another upstream begins.
    void renew();
    void describe(const GstCaps *caps);
    // An RTP packet with its presentation time as running time of the element. Says how it was taken, by those who are
    // linked: nobody, or nobody who still wants any, is fine, too.
    GstFlowReturn push(GstBuffer *buffer, rtspcore::Duration at);
    // What got nothing yet has a beginning first.
    void end();
    // Nothing comes for now: who is linked from here on is told, and with tell_away() who is linked already.
    void set_away() { away_.store(true, std::memory_order_relaxed); }
    void tell_away();

    // Whether nobody takes what it sends.
    [[nodiscard]] bool goes_nowhere() const;
    // "src_0 (application/x-rtp, media=video, encoding-name=H264)"
    [[nodiscard]] std::string description() const;
    // How many went on, and when the last did (wall clock).
    [[nodiscard]] uint64_t packets() const { return packets_.load(std::memory_order_relaxed); }

private:
    static void forget_downstream(GstPad *pad, GstPad *peer, gpointer);
    static gboolean answer(GstPad *pad, GstObject *parent, GstQuery *query);
    static gboolean take_upstream_event(GstPad *pad, GstObject *parent, GstEvent *event);
    void begin();
    void begin_segment();
    [[nodiscard]] GstEvent *new_stream_start();
    [[nodiscard]] bool is_away() const { return away_.load(std::memory_order_relaxed); }
    void send(GstEvent *event);
    void complain(const std::string &text);
    GstFlowReturn forward(GstBuffer *buffer, rtspcore::Duration at);
    [[nodiscard]] bool is_wanted(rtspcore::Duration at);
    [[nodiscard]] GstBuffer *renumbered(GstBuffer *buffer, rtspcore::Duration at);

    const Place place_;
    std::string key_;
    std::atomic<bool> away_{false};
    const rtspcore::Ref<GstPad> pad_;
    std::atomic<bool> wanted_{true};
    std::atomic<bool> paused_{false};  // and nothing newer has come since
    std::atomic<GstClockTime> latency_{0};
    std::atomic<uint64_t> packets_{0};
    std::atomic<bool> refused_{false};  // the last that went on: not linked

    rtspcore::Ref<GstCaps> caps_;
    unsigned clock_rate_ = 0;
    RtpContinuity continuity_;
    KeyFrameGate gate_;
    const std::unique_ptr<EncodedChain> chain_;  // null: packets go on as they are
    bool introduced_ = false;
    bool renewed_ = false;
    bool gate_is_due_ = false;
    rtspcore::Duration shift_{};  // of the current upstream
    rtspcore::Duration latest_{};
};

}  // namespace rtspproxy

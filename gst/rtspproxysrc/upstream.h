// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/ref.h"
#include "failure.h"
#include "outputs.h"
#include "reception.h"
#include "rtspsrc.h"
#include "stream_entry.h"

namespace rtspproxy {

// One attempt at one source: an rtspsrc that is made, run, and thrown away. It is in a bin of its own that nobody else
// sees: what it posts stays here, its state is nobody's but ours, and the password that it is told shows in no dot file
// nor in what gst-launch-1.0 -v prints.
//
// Thread: made, started and destroyed on the supervisor's thread; it tells its listener from threads of rtspsrc.
class Upstream {
public:
    struct Config {
        GstElement *element = nullptr;  // whose clock and base time it goes by
        RtspsrcConfig rtspsrc;
    };
    // Each is told once at most. Nothing is told any more once the destructor returned.
    struct Listener {
        std::function<void()> described;
        std::function<void()> playing;
        std::function<void(Failure)> failed;
    };

    Upstream(Config config, Outputs &outputs, Reception &reception, Listener listener);
    // Ends the session with the other side, synchronously: a tenth of a second, if it does not answer.
    ~Upstream();
    Upstream(const Upstream &) = delete;
    Upstream &operator=(const Upstream &) = delete;

    void start();
    // When it gave the last sign of life; 0: none yet.
    [[nodiscard]] rtspcore::Time last_sign() const {
        return rtspcore::Time(rtspcore::Duration(last_sign_.load(std::memory_order_relaxed)));
    }
    // A request that asks for nothing, which the other side takes for a sign of life.
    void keep_alive();
    [[nodiscard]] GstClock *clock() const { return clock_.get(); }

private:
    void make_source();
    void follow(GstElement *source);
    static gboolean note_request(GstElement *source, GstRTSPMessage *message, gpointer self);
    static void take_description(GstElement *source, GstSDPMessage *description, gpointer self);
    static gboolean select_stream(GstElement *source, guint number, GstCaps *caps, gpointer self);
    static gboolean refuse_certificate(GstElement *source, GTlsConnection *connection, GTlsCertificate *certificate,
                                       GTlsCertificateFlags errors, gpointer self);
    static void add_pad(GstElement *source, GstPad *pad, gpointer self);
    static void follow_manager(GstElement *source, GstElement *manager, gpointer self);
    static void add_jitter_buffer(GstElement *manager, GstElement *buffer, guint session, guint ssrc, gpointer self);
    static void take_sync(GstElement *buffer, GstStructure *sync, gpointer entry);
    static GstBusSyncReply take_message(GstBus *bus, GstMessage *message, gpointer self);
    [[nodiscard]] std::shared_ptr<StreamEntry> entry_of(guint number);
    bool select(guint number, const GstCaps *caps);
    void link(GstPad *pad);
    void fail(Failure failure);
    void note_packet();
    void note_end();

    const Config config_;
    Outputs &outputs_;
    Reception &reception_;
    const Listener listener_;
    rtspcore::Ref<GstElement> bin_;
    rtspcore::Ref<GstBus> bus_;
    rtspcore::Ref<GstElement> source_;
    rtspcore::Ref<GstClock> clock_;
    GstClockTime base_time_ = 0;
    SenderClock sender_clock_;
    struct Streams {
        std::map<guint, std::shared_ptr<StreamEntry>> entries;  // by their number in the description
        std::map<std::string, unsigned> of_medium;
        size_t linked = 0;
        size_t ended = 0;
    };
    rtspcore::Guarded<Streams> streams_;
    std::atomic<int64_t> last_sign_{0};
    std::atomic<unsigned> descriptions_asked_{0};
    std::atomic<bool> untrusted_{false};
    std::atomic<bool> described_{false};
    std::atomic<bool> playing_{false};
    std::atomic<bool> failed_{false};
};

}  // namespace rtspproxy

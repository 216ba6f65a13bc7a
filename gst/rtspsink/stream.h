// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/guarded.h"
#include "enums.h"
#include "gstrtsppacketsink.h"
#include "media/mount.h"
#include "problem.h"
#include "stream_chain.h"
#include "watched_teller.h"

namespace rtspsink {

class RtspSink;

// The properties of a pad, as set.
struct StreamSettings {
    std::string mapping;  // empty: by caps, or the element's
    SyncMode sync = SyncMode::Auto;
    std::string payloader;  // empty: found by caps
    int payload_type = -1;
    rtspcore::media::TrackConfig::FixedGroup group;  // of multicast; without an address the element's pool has one
    std::optional<std::string> auth;                 // secret
    std::set<std::string> without_meaning;           // names of properties that were set in vain
};

// What is behind one pad of the element: [parser] -> payloader -> packet sink, put up when caps come.
//
// Thread: settings are safe; attach(), detach(), stop(), state_changed() and announce() belong to who changes the
// element's state or pads; take_event() and take_data() to the streaming thread of the pad; answer() is safe.
class Stream {
public:
    explicit Stream(GstPad *pad) : pad_(pad), watched_(std::make_shared<WatchedTeller>(pad)) {}
    ~Stream();
    Stream(const Stream &) = delete;
    Stream &operator=(const Stream &) = delete;

    // The pad becomes one of `owner`, which outlives the attachment.
    void attach(RtspSink &owner);
    // Synchronous: afterwards nothing streams and nothing of it is left in the element.
    void detach();
    // Down to READY: the chain goes; caps put up another one. The pad is inactive.
    void stop();
    // A new state, and maybe a new base time, has been given to what is inside.
    void state_changed();
    // Asks upstream what it is and whether its stream is away; also done when somebody is linked.
    void look_upstream();
    // Says, once the bus listens, which properties were set in vain.
    void announce();

    [[nodiscard]] StreamSettings settings() { return *settings_.lock(); }
    void set_mapping(std::string mapping);
    void set_sync(SyncMode sync);
    void set_payloader(std::string payloader) { settings_.lock()->payloader = std::move(payloader); }
    void set_payload_type(int type) { settings_.lock()->payload_type = type; }
    void set_multicast_ip(std::string address);
    void set_multicast_port(uint16_t port) { settings_.lock()->group.port = port; }
    void set_auth(std::optional<std::string> auth);
    // Fails for an `auth` that cannot be used.
    [[nodiscard]] Outcome<void> check_auth();
    // Says so if what was just set comes after the caps it is for.
    void warn_if_late(const char *property);
    void set_without_meaning(const char *property);
    // Transfer full.
    [[nodiscard]] GstStructure *statistics();

    // What the pad is for. Events and data are taken over.
    gboolean take_event(GstObject *parent, GstEvent *event);
    GstFlowReturn take_buffer(GstObject *parent, GstBuffer *buffer);
    GstFlowReturn take_list(GstObject *parent, GstBufferList *list);
    // Whether the query was one of caps, and so is answered.
    bool answer(GstQuery *query);

private:
    struct Decision {
        std::string path;
        Ref<GstCaps> caps;  // without `mapping`
    };

    gboolean take_caps(GstObject *parent, GstEvent *event);
    Outcome<Decision> decide(GstCaps *caps);
    Outcome<std::string> decide_path(GstCaps *caps, const StreamSettings &settings);
    Outcome<void> put_up_chain(const GstCaps *caps, const StreamSettings &settings);
    bool take_packet_caps(GstCaps *caps);
    void refuse_unknown_caps(GstEvent *event);
    bool is_ready_for_data();
    GstFlowReturn check(GstFlowReturn flow);
    void report(const Problem &problem);
    void take_down_chain();
    void follow_links();
    void set_linked(bool linked);
    void announce_group();
    void announce_without_meaning();
    void take_path_from_settings();
    void go_away();
    void come_back();
    [[nodiscard]] Outcome<std::string> path_without_caps();

    static GstPadProbeReturn before_event(GstPad *pad, GstPadProbeInfo *info, gpointer self);

    GstPad *const pad_;  // owns this
    const std::shared_ptr<WatchedTeller> watched_;
    RtspSink *owner_ = nullptr;
    Ref<GstElement> packet_sink_;
    std::optional<StreamChain> chain_;
    // stop() and state_changed() exclude detach(): a demuxer may release its pads while the application stops the
    // pipeline.
    std::mutex teardown_;
    gulong linked_handler_ = 0;
    gulong unlinked_handler_ = 0;
    rtspcore::Guarded<StreamSettings> settings_;
    Ref<GstCaps> last_caps_;
    std::atomic<bool> away_{false};
    std::atomic<bool> reported_{false};  // what goes wrong is told once until other caps come
};

}  // namespace rtspsink

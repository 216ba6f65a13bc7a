// SPDX-License-Identifier: LGPL-2.1-or-later
#include "upstream.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "log.h"
#include "stream_caps.h"

namespace rtspproxy {

using rtspcore::Ref;

namespace {

// "recv_rtp_src_<number>_<SSRC>_<payload type>" of an RTP session, "stream_<number>" of what has none: the number is
// that of the description, whatever order the pads come in.
std::optional<guint> number_of(GstPad *pad) {
    const std::string_view name = GST_PAD_NAME(pad);
    for (const std::string_view prefix : {"recv_rtp_src_", "stream_"}) {
        guint number = 0;
        if (name.substr(0, prefix.size()) != prefix)
            continue;
        if (std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number).ec == std::errc())
            return number;
    }
    return std::nullopt;
}

Ref<GstClock> clock_of(GstElement *element) {
    auto clock = Ref<GstClock>::adopt(gst_element_get_clock(element));
    return clock ? clock : Ref<GstClock>::adopt(gst_system_clock_obtain());
}

}  // namespace

Upstream::Upstream(Config config, Outputs &outputs, Reception &reception, Listener listener)
    : config_(std::move(config)),
      outputs_(outputs),
      reception_(reception),
      listener_(std::move(listener)),
      bin_(Ref<GstElement>::sink(gst_bin_new("upstream"))),
      bus_(Ref<GstBus>::adopt(gst_bus_new())),
      clock_(clock_of(config_.element)),
      base_time_(gst_element_get_base_time(config_.element)) {
    gst_bus_set_sync_handler(bus_.get(), take_message, this, nullptr);
    gst_element_set_bus(bin_.get(), bus_.get());
}

Upstream::~Upstream() {
    gst_element_set_state(bin_.get(), GST_STATE_NULL);
    gst_bus_set_flushing(bus_.get(), TRUE);
    gst_element_set_bus(bin_.get(), nullptr);
    std::map<guint, std::shared_ptr<StreamEntry>> entries;
    std::swap(streams_.lock()->entries, entries);
    entries.clear();
    reception_.fold();
}

void Upstream::start() {
    make_source();
    gst_element_set_clock(bin_.get(), clock_.get());
    gst_element_set_base_time(bin_.get(), base_time_);
    gst_element_set_start_time(bin_.get(), GST_CLOCK_TIME_NONE);
    if (gst_element_set_state(bin_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
        fail({Reason::Broken, "rtspsrc did not start. Check 'location'."});
}

// Neither its answer nor its refusal means anything.
void Upstream::keep_alive() {
    if (!source_ || !playing_.load(std::memory_order_relaxed))
        return;
    GstPromise *promise = gst_promise_new();
    gboolean sent = FALSE;
    g_signal_emit_by_name(source_.get(), "get-parameter", "ping", "text/parameters", promise, &sent);
    gst_promise_unref(promise);
}

void Upstream::make_source() {
    RtspsrcConfig config = config_.rtspsrc;
    config.insisted = [this] { fail(unauthorized()); };
    GstElement *source = make_rtspsrc(config);
    if (!source) {
        fail(rtspsrc_missing());
        return;
    }
    follow(source);
    source_ = Ref<GstElement>::share(source);
    gst_bin_add(GST_BIN(bin_.get()), source);
}

void Upstream::follow(GstElement *source) {
    g_signal_connect(source, "before-send", G_CALLBACK(note_request), this);
    g_signal_connect(source, "on-sdp", G_CALLBACK(take_description), this);
    g_signal_connect(source, "select-stream", G_CALLBACK(select_stream), this);
    g_signal_connect(source, "accept-certificate", G_CALLBACK(refuse_certificate), this);
    g_signal_connect(source, "pad-added", G_CALLBACK(add_pad), this);
    g_signal_connect(source, "new-manager", G_CALLBACK(follow_manager), this);
}

// Once more with credentials and once with a new nonce, for each of a few servers, is what a good one may need. rtspsrc
// follows those who send it in a circle for ever, a thousand times in half a second: what is not sent is not answered.
gboolean Upstream::note_request(GstElement *, GstRTSPMessage *message, gpointer self) {
    constexpr unsigned kMost = 10;
    auto *upstream = static_cast<Upstream *>(self);
    GstRTSPMethod method = GST_RTSP_INVALID;
    if (gst_rtsp_message_parse_request(message, &method, nullptr, nullptr) != GST_RTSP_OK ||
        method != GST_RTSP_DESCRIBE || upstream->descriptions_asked_.fetch_add(1) < kMost)
        return TRUE;
    upstream->fail(redirected_too_often());
    return FALSE;
}

void Upstream::take_description(GstElement *, GstSDPMessage *description, gpointer self) {
    static_cast<Upstream *>(self)->outputs_.describe(streams_in(description));
}

gboolean Upstream::select_stream(GstElement *, guint number, GstCaps *caps, gpointer self) {
    return static_cast<Upstream *>(self)->select(number, caps);
}

bool Upstream::select(guint number, const GstCaps *caps) {
    const std::string medium = medium_of(caps);
    if (medium.empty())
        return false;
    if (streams_.lock()->entries.contains(number))  // rtspsrc sets it up again in another way
        return true;
    const unsigned ordinal = streams_.lock()->of_medium[medium]++;
    const auto entry = std::make_shared<StreamEntry>(
        outputs_.of(medium + std::to_string(ordinal)), StreamEntry::Clocks{config_.element, base_time_, sender_clock_},
        StreamEntry::Listener{[this] { note_packet(); }, [this] { note_end(); }});
    streams_.lock()->entries[number] = entry;
    entry->describe(caps);
    last_sign_.store(rtspcore::monotonic_now().time_since_epoch().count(), std::memory_order_relaxed);
    if (!described_.exchange(true))
        listener_.described();
    return true;
}

// rtspsrc asks for those that it would refuse, and says afterwards only that it could not connect.
gboolean Upstream::refuse_certificate(GstElement *, GTlsConnection *, GTlsCertificate *, GTlsCertificateFlags,
                                      gpointer self) {
    static_cast<Upstream *>(self)->untrusted_.store(true);
    return FALSE;
}

void Upstream::add_pad(GstElement *, GstPad *pad, gpointer self) {
    static_cast<Upstream *>(self)->link(pad);
}

void Upstream::link(GstPad *pad) {
    const auto number = number_of(pad);
    const auto entry = number ? entry_of(*number) : nullptr;
    if (!entry || !entry->link(pad)) {
        GST_WARNING_OBJECT(config_.element, "cannot take %s from rtspsrc", GST_PAD_NAME(pad));
        return;
    }
    auto streams = streams_.lock();
    streams->linked = std::min(streams->linked + 1, streams->entries.size());
}

std::shared_ptr<StreamEntry> Upstream::entry_of(guint number) {
    auto streams = streams_.lock();
    const auto found = streams->entries.find(number);
    return found == streams->entries.end() ? nullptr : found->second;
}

void Upstream::follow_manager(GstElement *, GstElement *manager, gpointer self) {
    if (g_signal_lookup("new-jitterbuffer", G_OBJECT_TYPE(manager)))
        g_signal_connect(manager, "new-jitterbuffer", G_CALLBACK(add_jitter_buffer), self);
}

// The session of an RTP manager has the number of the stream.
void Upstream::add_jitter_buffer(GstElement *, GstElement *buffer, guint session, guint, gpointer self) {
    auto *upstream = static_cast<Upstream *>(self);
    upstream->reception_.add(buffer);
    // The entries outlive the jitter buffers' threads.
    if (const auto entry = upstream->entry_of(session))
        g_signal_connect(buffer, "handle-sync", G_CALLBACK(take_sync), entry.get());
}

// `sync` is about the report that just came; rtpbin, which is told the same, keeps the streams together by it.
void Upstream::take_sync(GstElement *, GstStructure *sync, gpointer entry) {
    const GValue *value = gst_structure_get_value(sync, "sr-buffer");
    GstBuffer *report = value ? gst_value_get_buffer(value) : nullptr;
    GstMapInfo map;
    if (!report || !gst_buffer_map(report, &map, GST_MAP_READ))
        return;
    static_cast<StreamEntry *>(entry)->take_report({map.data, map.size});
    gst_buffer_unmap(report, &map);
}

GstBusSyncReply Upstream::take_message(GstBus *, GstMessage *message, gpointer self) {
    auto *upstream = static_cast<Upstream *>(self);
    Failure failure = failure_in(message);
    // rtspsrc has the same words for a description without streams and for streams that could not be set up.
    if (failure.reason == Reason::BadDescription && upstream->described_.load())
        failure = no_transport();
    if (failure.reason != Reason::None)
        upstream->fail(std::move(failure));
    gst_message_unref(message);
    return GST_BUS_DROP;
}

void Upstream::fail(Failure failure) {
    if (!failed_.exchange(true))
        listener_.failed(untrusted_.load() ? untrusted() : std::move(failure));
}

void Upstream::note_packet() {
    const rtspcore::Time now = rtspcore::monotonic_now();
    last_sign_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    reception_.note_packet(now);
    if (playing_.load(std::memory_order_relaxed) || playing_.exchange(true))
        return;
    outputs_.complete();
    listener_.playing();
}

// Sound may end before the pictures do; what never began does not end.
void Upstream::note_end() {
    bool all = false;
    {
        auto streams = streams_.lock();
        all = ++streams->ended >= streams->linked;
    }
    if (all)
        fail(ended());
}

}  // namespace rtspproxy

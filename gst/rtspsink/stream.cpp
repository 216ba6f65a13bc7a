// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream.h"

#include "away.h"
#include "formats.h"
#include "log.h"
#include "mapping.h"
#include "media/batch_assembler.h"
#include "rtp_caps.h"
#include "rtsp_sink.h"
#include "source_query.h"

namespace rtspsink {

namespace {

PacketSink &packet_sink_of(const Ref<GstElement> &element) {
    return gst_rtsp_packet_sink_get(GST_RTSP_PACKET_SINK(element.get()));
}

bool has_key_frames(const GstCaps *caps) {
    const RtpEncoding encoding = rtp_encoding(caps);
    return rtspcore::media::BatchAssembler(encoding.media, encoding.name, 0).has_key_frames();
}

}  // namespace

Stream::~Stream() {
    detach();
}

void Stream::attach(RtspSink &owner) {
    owner_ = &owner;
    packet_sink_ = Ref<GstElement>::sink(
        gst_rtsp_packet_sink_new(owner.capture_clock(), [this](GstCaps *caps) { return take_packet_caps(caps); }));
    packet_sink_of(packet_sink_).set_sync_mode(settings().sync);
    GST_OBJECT_FLAG_UNSET(packet_sink_.get(), GST_ELEMENT_FLAG_SINK);
    gst_bin_add(GST_BIN(owner.element()), packet_sink_.get());
    gst_element_sync_state_with_parent(packet_sink_.get());
    chain_.emplace(GST_BIN(owner.element()), packet_sink_.get());
    owner.presentations().join(packet_sink_of(packet_sink_).feed(), watched_);
    owner.presentations().set_auth(packet_sink_of(packet_sink_).feed(), settings().auth);
    gst_pad_add_probe(pad_, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, before_event, this, nullptr);
    follow_links();
    take_path_from_settings();
}

void Stream::follow_links() {
    const auto linked = +[](GstPad *, GstPad *, gpointer self) { static_cast<Stream *>(self)->set_linked(true); };
    const auto unlinked = +[](GstPad *, GstPad *, gpointer self) { static_cast<Stream *>(self)->set_linked(false); };
    linked_handler_ = g_signal_connect(pad_, "linked", G_CALLBACK(linked), this);
    unlinked_handler_ = g_signal_connect(pad_, "unlinked", G_CALLBACK(unlinked), this);
}

// The bin posts EOS when all its sinks have: a pad that nobody feeds must not keep it waiting.
void Stream::set_linked(bool linked) {
    if (linked)
        GST_OBJECT_FLAG_SET(packet_sink_.get(), GST_ELEMENT_FLAG_SINK);
    else
        GST_OBJECT_FLAG_UNSET(packet_sink_.get(), GST_ELEMENT_FLAG_SINK);
    owner_->presentations().set_linked(packet_sink_of(packet_sink_).feed(), linked);
    if (linked)
        look_upstream();
    watched_->tell_again();
}

void Stream::state_changed() {
    const std::lock_guard lock(teardown_);
    if (packet_sink_)
        packet_sink_of(packet_sink_).state_changed();
}

void Stream::look_upstream() {
    const auto info = ask_source(pad_);
    owner_->presentations().set_source(packet_sink_of(packet_sink_).feed(), info ? info->via : "");
    if (info && info->away && !chain_->plan())
        go_away();
}

// Its viewers leave, and those who come wait for what upstream has.
void Stream::go_away() {
    const auto path = path_without_caps();
    if (!path)
        return report(path.error().code);
    away_.store(true);
    owner_->presentations().set_away(packet_sink_of(packet_sink_).feed(), *path);
}

void Stream::come_back() {
    if (!away_.load(std::memory_order_relaxed) || !away_.exchange(false))
        return;
    if (const auto served = owner_->presentations().come_back(packet_sink_of(packet_sink_).feed()); !served)
        report(served.error().code);
}

Outcome<std::string> Stream::path_without_caps() {
    const auto path = owner_->presentations().path(packet_sink_of(packet_sink_).feed());
    if (!path.empty())
        return path;
    const StreamSettings current = settings();
    if (!current.mapping.empty())
        return path_of(current.mapping, "pad property 'mapping'");
    if (const auto mapping = mapping_to_come(pad_))
        return path_of(*mapping, "caps field 'mapping' upstream");
    return path_of(owner_->settings().mapping, "property 'mapping'");
}

void Stream::detach() {
    if (!owner_)
        return;
    g_signal_handler_disconnect(pad_, linked_handler_);
    g_signal_handler_disconnect(pad_, unlinked_handler_);
    // The sink first: it frees a streaming thread that waits in it for the clock or for PLAYING.
    gst_element_set_locked_state(packet_sink_.get(), TRUE);
    gst_element_set_state(packet_sink_.get(), GST_STATE_NULL);
    gst_pad_set_active(pad_, FALSE);
    owner_->presentations().leave(packet_sink_of(packet_sink_).feed());
    const std::lock_guard lock(teardown_);
    take_down_chain();
    chain_.reset();
    if (GST_OBJECT_PARENT(packet_sink_.get()) == GST_OBJECT(owner_->element()))
        gst_bin_remove(GST_BIN(owner_->element()), packet_sink_.get());
    packet_sink_ = {};
    owner_ = nullptr;
}

void Stream::stop() {
    const std::lock_guard lock(teardown_);
    if (!owner_)
        return;
    take_down_chain();
    take_path_from_settings();
}

void Stream::take_down_chain() {
    gst_ghost_pad_set_target(GST_GHOST_PAD(pad_), nullptr);
    chain_->clear();
    last_caps_ = {};
    reported_.store(false);
}

void Stream::announce() {
    announce_without_meaning();
    announce_group();
}

void Stream::announce_group() {
    if (!settings().group.address.empty() && !serves_multicast(owner_->settings()))
        post_warning(owner_->element(), std::string("Property 'multicast-ip' of pad '") + GST_OBJECT_NAME(pad_) +
                                            "' has no effect, as multicast is off: set multicast=true on the "
                                            "element, and udp-mcast among its protocols.");
}

void Stream::announce_without_meaning() {
    std::set<std::string> names;
    std::swap(settings_.lock()->without_meaning, names);
    for (const std::string &name : names)
        post_warning(owner_->element(), "Property '" + name + "' of pad '" + GST_OBJECT_NAME(pad_) +
                                            "' has no effect here: viewers have no queue of their own. See the "
                                            "element's properties slow-viewers, max-lag and max-lag-bytes.");
}

void Stream::set_mapping(std::string mapping) {
    settings_.lock()->mapping = std::move(mapping);
    take_path_from_settings();
}

void Stream::set_sync(SyncMode sync) {
    settings_.lock()->sync = sync;
    if (packet_sink_)
        packet_sink_of(packet_sink_).set_sync_mode(sync);
}

void Stream::set_auth(std::optional<std::string> auth) {
    settings_.lock()->auth = auth;
    if (!owner_)
        return;
    owner_->presentations().set_auth(packet_sink_of(packet_sink_).feed(), std::move(auth));
    if (const auto checked = check_auth(); !checked && GST_STATE(owner_->element()) >= GST_STATE_READY)
        post_error(owner_->element(), checked.error().code);
}

Outcome<void> Stream::check_auth() {
    const auto auth = settings().auth;
    if (!auth)
        return {};
    const auto users = users_of_mapping(*auth, owner_->settings().access.auth_realm);
    return users ? Outcome<void>() : refuse(users.error().code);
}

void Stream::warn_if_late(const char *property) {
    if (owner_ && gst_pad_has_current_caps(pad_))
        post_warning(owner_->element(), late_for_pad(property, GST_OBJECT_NAME(pad_)));
}

void Stream::set_without_meaning(const char *property) {
    settings_.lock()->without_meaning.insert(property);
    if (owner_ && GST_STATE(owner_->element()) >= GST_STATE_READY)
        announce_without_meaning();
}

void Stream::set_multicast_ip(std::string address) {
    settings_.lock()->group.address = std::move(address);
    if (owner_ && GST_STATE(owner_->element()) >= GST_STATE_READY)
        announce_group();
}

// Known before caps are, the path lets the server tell whether other requests have to wait for this pad. What is wrong
// with it is told when caps come.
void Stream::take_path_from_settings() {
    const std::string mapping = settings().mapping;
    if (!owner_ || mapping.empty() || chain_->plan())
        return;
    if (const auto path = path_of(mapping, "pad property 'mapping'"))
        (void)owner_->presentations().set_path(packet_sink_of(packet_sink_).feed(), *path);
}

void Stream::report(const Problem &problem) {
    if (owner_ && !reported_.exchange(true))
        post_error(owner_->element(), problem);
}

GstPadProbeReturn Stream::before_event(GstPad *, GstPadProbeInfo *info, gpointer self) {
    GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS)
        static_cast<Stream *>(self)->refuse_unknown_caps(event);
    return GST_PAD_PROBE_OK;
}

// The pad's own check would refuse them without a word.
void Stream::refuse_unknown_caps(GstEvent *event) {
    GstCaps *caps = nullptr;
    gst_event_parse_caps(event, &caps);
    // A refused event comes again with each buffer.
    if (last_caps_.get() != caps)
        reported_.store(false);
    last_caps_ = Ref<GstCaps>::share(caps);
    if (!gst_caps_can_intersect(caps, template_caps()))
        report(caps_unsupported(caps, advice_for(caps)));
}

gboolean Stream::take_event(GstObject *parent, GstEvent *event) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS)
        return take_caps(parent, event);
    if (is_away_event(event)) {
        go_away();
        gst_event_unref(event);
        return TRUE;
    }
    if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START)
        watched_->tell_again();
    // A stream that ends before it began still counts among those whose end the bin waits for.
    if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && !chain_->plan())
        gst_ghost_pad_set_target(GST_GHOST_PAD(pad_), GST_BASE_SINK_PAD(packet_sink_.get()));
    return gst_pad_event_default(pad_, parent, event);
}

gboolean Stream::take_caps(GstObject *parent, GstEvent *event) {
    GstCaps *caps = nullptr;
    gst_event_parse_caps(event, &caps);
    const auto decision = decide(caps);
    if (!decision) {
        report(decision.error().code);
        gst_event_unref(event);
        return FALSE;
    }
    GstEvent *stripped = gst_event_new_caps(decision->caps.get());
    gst_event_set_seqnum(stripped, gst_event_get_seqnum(event));
    gst_event_unref(event);
    if (gst_pad_event_default(pad_, parent, stripped))
        return TRUE;
    check(GST_PAD_IS_FLUSHING(pad_) ? GST_FLOW_FLUSHING : GST_FLOW_NOT_NEGOTIATED);
    return FALSE;
}

Outcome<Stream::Decision> Stream::decide(GstCaps *caps) {
    const StreamSettings current = settings();
    auto path = decide_path(caps, current);
    if (!path)
        return refuse(path.error().code);
    auto outcome = owner_->presentations().set_path(packet_sink_of(packet_sink_).feed(), *path);
    if (!outcome)
        return refuse(outcome.error().code);
    Decision decision{std::move(*path), without_mapping(caps)};
    outcome = put_up_chain(decision.caps.get(), current);
    if (!outcome)
        return refuse(outcome.error().code);
    decision.caps = implied_caps(*chain_->plan(), std::move(decision.caps));
    return decision;
}

Outcome<std::string> Stream::decide_path(GstCaps *caps, const StreamSettings &settings) {
    if (!settings.mapping.empty())
        return path_of(settings.mapping, "pad property 'mapping'");
    const auto field = mapping_field(caps);
    if (!field)
        return refuse(field.error().code);
    if (*field)
        return path_of(**field, "caps field 'mapping'");
    if (const auto mapping = upstream_mapping(pad_))
        return path_of(*mapping, "caps field 'mapping' upstream");
    return path_of(owner_->settings().mapping, "property 'mapping'");
}

Outcome<void> Stream::put_up_chain(const GstCaps *caps, const StreamSettings &settings) {
    const auto plan = plan_payload(owner_->element(), caps, settings.payloader);
    if (!plan)
        return refuse(plan.error().code);
    if (chain_->plan() == *plan)
        return {};
    PacketFeed &feed = packet_sink_of(packet_sink_).feed();
    auto *ghost = GST_GHOST_PAD(pad_);
    gst_ghost_pad_set_target(ghost, nullptr);
    auto built = chain_->build({*plan, owner_->settings().mtu, settings.payload_type,
                                [&] { return owner_->presentations().reserve_payload_type(feed); }});
    if (!built)
        return built;
    GST_INFO_OBJECT(pad_, "through %s: %" GST_PTR_FORMAT, description(*plan).c_str(), caps);
    if (!gst_ghost_pad_set_target(ghost, chain_->entry().get()))
        return refuse(caps_refused(caps, plan->payloader));
    return {};
}

bool Stream::take_packet_caps(GstCaps *caps) {
    const auto complete = track_caps(caps);
    if (!complete) {
        report(complete.error().code);
        return false;
    }
    const PacketSink &sink = packet_sink_of(packet_sink_);
    rtspcore::media::TrackConfig config{*complete, has_key_frames(complete->get()),
                                        [requester = sink.key_units()] { return requester->request(); }};
    config.watched = [teller = watched_, mapping = owner_->presentations().path(packet_sink_of(packet_sink_).feed())](
                         unsigned viewers, uint64_t number) { teller->tell_viewers(viewers, number, mapping); };
    config.group = settings().group;
    if (const auto checked = owner_->check_group(pad_); !checked) {
        report(checked.error().code);
        return false;
    }
    const auto served = owner_->presentations().serve(packet_sink_of(packet_sink_).feed(), std::move(config));
    if (!served)
        report(served.error().code);
    return served.ok();
}

bool Stream::is_ready_for_data() {
    if (chain_->plan())
        return true;
    if (!gst_pad_has_current_caps(pad_))
        report(caps_missing());
    return false;
}

GstFlowReturn Stream::take_buffer(GstObject *parent, GstBuffer *buffer) {
    come_back();
    if (is_ready_for_data())
        return check(gst_proxy_pad_chain_default(pad_, parent, buffer));
    gst_buffer_unref(buffer);
    return GST_FLOW_NOT_NEGOTIATED;
}

GstFlowReturn Stream::take_list(GstObject *parent, GstBufferList *list) {
    come_back();
    if (is_ready_for_data())
        return check(gst_proxy_pad_chain_list_default(pad_, parent, list));
    gst_buffer_list_unref(list);
    return GST_FLOW_NOT_NEGOTIATED;
}

// The elements of the chain refuse caps without telling why.
GstFlowReturn Stream::check(GstFlowReturn flow) {
    if (flow != GST_FLOW_NOT_NEGOTIATED || reported_.load())
        return flow;
    const auto caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(
        GST_PAD(Ref<GstProxyPad>::adopt(gst_proxy_pad_get_internal(GST_PROXY_PAD(pad_))).get())));
    report(caps_refused(caps ? caps.get() : template_caps(), chain_->plan() ? chain_->plan()->payloader : "rtspsink"));
    return flow;
}

bool Stream::answer(GstQuery *query) {
    if (GST_QUERY_TYPE(query) == GST_QUERY_ACCEPT_CAPS) {
        GstCaps *caps = nullptr;
        gst_query_parse_accept_caps(query, &caps);
        gst_query_set_accept_caps_result(query, gst_caps_can_intersect(caps, template_caps()));
        return true;
    }
    if (GST_QUERY_TYPE(query) != GST_QUERY_CAPS)
        return false;
    GstCaps *filter = nullptr;
    gst_query_parse_caps(query, &filter);
    gst_query_set_caps_result(query, offered_caps(filter, gst_pad_is_linked(pad_)).get());
    return true;
}

GstStructure *Stream::statistics() {
    GstStructure *statistics = gst_structure_new_empty("application/x-rtspsink-stream-stats");
    if (!owner_)
        return statistics;
    PacketFeed &feed = packet_sink_of(packet_sink_).feed();
    gst_structure_set(statistics, "packets", G_TYPE_UINT64, feed.packets(), "bytes", G_TYPE_UINT64, feed.bytes(),
                      nullptr);
    if (const auto mount = owner_->presentations().mount(feed))
        gst_structure_set(statistics, "mapping", G_TYPE_STRING, mount->path().c_str(), nullptr);
    return statistics;
}

}  // namespace rtspsink

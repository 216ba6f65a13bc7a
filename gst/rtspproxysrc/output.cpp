// SPDX-License-Identifier: LGPL-2.1-or-later
#include "output.h"

#include <algorithm>
#include <utility>

#include "../rtspsink/away.h"
#include "../rtspsink/source_query.h"
#include "log.h"
#include "rtp/big_endian.h"
#include "rtp/packet.h"
#include "stream_caps.h"

namespace rtspproxy {

using rtspcore::Duration;
using rtspcore::Ref;
using rtspcore::rtp::PacketView;

namespace {

constexpr size_t kSsrcOffset = 8;  // RFC 3550 section 5.1

GstPad *make_pad(const Output::Place &place) {
    GstPadTemplate *templ = gst_element_get_pad_template(place.element, "src_%u");
    return gst_pad_new_from_template(templ, ("src_" + std::to_string(place.number)).c_str());
}

RtpContinuity::Numbers numbers_of(const PacketView &packet) {
    return {packet.ssrc, packet.sequence, packet.time};
}

void write(std::span<uint8_t> packet, const RtpContinuity::Numbers &numbers) {
    rtspcore::rtp::set_sequence(packet, numbers.sequence);
    rtspcore::rtp::set_time(packet, numbers.time);
    rtspcore::rtp::store_u32(packet, kSsrcOffset, numbers.ssrc);
}

}  // namespace

Output::Output(Place place)
    : place_(std::move(place)),
      pad_(Ref<GstPad>::sink(make_pad(place_))),
      chain_(place_.mode == Mode::Encoded
                 ? std::make_unique<EncodedChain>(pad_.get(), [this](const std::string &text) { complain(text); })
                 : nullptr) {
    gst_pad_set_element_private(pad_.get(), this);
    gst_pad_set_query_function(pad_.get(), answer);
    gst_pad_set_event_function(pad_.get(), take_upstream_event);
    gst_pad_use_fixed_caps(pad_.get());
    g_signal_connect(pad_.get(), "unlinked", G_CALLBACK(forget_downstream), nullptr);
}

Output::~Output() {
    gst_pad_set_active(pad_.get(), FALSE);
    gst_pad_set_element_private(pad_.get(), nullptr);  // who holds the pad longer finds nobody
    if (GST_OBJECT_PARENT(pad_.get()) == GST_OBJECT(place_.element))
        gst_element_remove_pad(place_.element, pad_.get());
}

// Who is linked no more watches no more.
void Output::forget_downstream(GstPad *pad, GstPad *, gpointer) {
    if (auto *self = static_cast<Output *>(gst_pad_get_element_private(pad)))
        self->place_.watched(self->place_.number, {});
}

gboolean Output::answer(GstPad *pad, GstObject *parent, GstQuery *query) {
    auto *self = static_cast<Output *>(gst_pad_get_element_private(pad));
    if (!self)
        return FALSE;
    switch (GST_QUERY_TYPE(query)) {
        case GST_QUERY_LATENCY:
            gst_query_set_latency(query, TRUE, self->latency_.load(std::memory_order_relaxed), GST_CLOCK_TIME_NONE);
            return TRUE;
        case GST_QUERY_SEEKING:
            gst_query_set_seeking(query, GST_FORMAT_TIME, FALSE, 0, -1);
            return TRUE;
        case GST_QUERY_DURATION:
            return FALSE;
        case GST_QUERY_CUSTOM:
            if (!rtspsink::is_source_query(query))
                return FALSE;
            rtspsink::answer_source_query(query, {self->is_away(), self->place_.name});
            return TRUE;
        default:
            return gst_pad_query_default(pad, parent, query);
    }
}

// Nothing goes to the upstream: it may be gone, and there is none of its own to seek in.
gboolean Output::take_upstream_event(GstPad *pad, GstObject *, GstEvent *event) {
    auto *self = static_cast<Output *>(gst_pad_get_element_private(pad));
    const GstEventType type = GST_EVENT_TYPE(event);
    const auto watched = rtspsink::watchers_in(event);
    if (self && watched)
        self->place_.watched(self->place_.number, *watched);
    if (self && self->chain_ && type == GST_EVENT_RECONFIGURE)
        return self->chain_->send_upstream(event);
    gst_event_unref(event);
    return watched || type == GST_EVENT_RECONFIGURE || type == GST_EVENT_LATENCY || type == GST_EVENT_QOS;
}

void Output::complain(const std::string &text) {
    gst_element_message_full(place_.element, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                             g_strdup((key_ + ": " + text).c_str()), nullptr, __FILE__, G_STRFUNC, __LINE__);
}

void Output::send(GstEvent *event) {
    if (chain_)
        chain_->send(event);
    else
        gst_pad_push_event(pad_.get(), event);
}

void Output::renew() {
    continuity_.renew();
    renewed_ = true;
    gate_is_due_ = packets() > 0;  // who is behind has not seen anything yet
}

// What comes before data: once, or again for a chain that is new.
void Output::begin() {
    send(new_stream_start());
}

GstEvent *Output::new_stream_start() {
    gchar *id = gst_pad_create_stream_id(pad_.get(), place_.element, key_.c_str());
    GstEvent *start = gst_event_new_stream_start(id);
    g_free(id);
    gst_event_set_group_id(start, place_.group);
    return start;
}

void Output::claim(std::string key, const GstCaps *caps) {
    key_ = std::move(key);
    if (chain_ || !caps)
        return;
    const auto lasting = lasting_caps(caps);
    const auto start = Ref<GstEvent>::adopt(new_stream_start());
    const auto format = Ref<GstEvent>::adopt(gst_event_new_caps(lasting.get()));
    gst_pad_store_sticky_event(pad_.get(), start.get());
    gst_pad_store_sticky_event(pad_.get(), format.get());
    introduced_ = true;
    caps_ = lasting;
}

void Output::begin_segment() {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    send(gst_event_new_segment(&segment));
}

void Output::describe(const GstCaps *caps) {
    auto lasting = lasting_caps(caps);
    const bool is_known = caps_ && gst_caps_is_equal(caps_.get(), lasting.get());
    clock_rate_ = clock_rate_of(lasting.get());
    // The segment takes along what was stored.
    if (std::exchange(introduced_, false)) {
        if (!is_known)
            gst_pad_store_sticky_event(pad_.get(), Ref<GstEvent>::adopt(gst_event_new_caps(lasting.get())).get());
        caps_ = std::move(lasting);
        return begin_segment();
    }
    if (is_known)
        return;
    GST_INFO_OBJECT(pad_.get(), "caps %" GST_PTR_FORMAT, lasting.get());
    const bool begins = !caps_ || chain_;
    caps_ = std::move(lasting);
    if (chain_)
        chain_->build(caps_.get());
    if (begins)
        begin();
    send(gst_event_new_caps(caps_.get()));
    if (begins)
        begin_segment();
}

GstBuffer *Output::renumbered(GstBuffer *buffer, Duration at) {
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return buffer;
    const auto packet = PacketView::parse({map.data, map.size});
    gst_buffer_unmap(buffer, &map);
    if (!packet)
        return buffer;
    const auto in = numbers_of(*packet);
    const auto out = continuity_.next(in, at, clock_rate_);
    if (in == out)
        return buffer;
    buffer = gst_buffer_make_writable(buffer);
    if (gst_buffer_map(buffer, &map, GST_MAP_READWRITE)) {
        write({map.data, map.size}, out);
        gst_buffer_unmap(buffer, &map);
    }
    return buffer;
}

void Output::set_wanted(bool wanted) {
    if (!wanted)
        paused_.store(true, std::memory_order_relaxed);
    wanted_.store(wanted, std::memory_order_relaxed);
}

// While paused, a sink holds the packet that it has, so that those after it come when the pause is over.
bool Output::is_wanted(Duration at) {
    if (!wanted_.load(std::memory_order_relaxed))
        return false;
    if (!paused_.load(std::memory_order_relaxed))
        return true;
    if (at < latest_)
        return false;
    paused_.store(false, std::memory_order_relaxed);
    return true;
}

GstFlowReturn Output::push(GstBuffer *buffer, Duration at) {
    if (!caps_ || !is_wanted(at)) {
        gst_buffer_unref(buffer);
        renew();  // a pause is no loss
        return GST_FLOW_OK;
    }
    if (std::exchange(gate_is_due_, false))
        gate_.close(caps_.get());
    if (gate_.is_open())
        return forward(buffer, at);
    GstFlowReturn flow = GST_FLOW_OK;
    for (auto &packet : gate_.take({Ref<GstBuffer>::adopt(buffer), at}))
        flow = forward(packet.buffer.release(), packet.at);
    return flow;
}

GstFlowReturn Output::forward(GstBuffer *buffer, Duration at) {
    const bool renewed = std::exchange(renewed_, false);
    if (renewed)
        shift_ = std::max(latest_ - at, Duration());
    at += shift_;
    latest_ = std::max(latest_, at);
    buffer = gst_buffer_make_writable(renumbered(buffer, at));
    if (renewed)
        GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(std::max<int64_t>(at.count(), 0));
    GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
    packets_.fetch_add(1, std::memory_order_relaxed);
    away_.store(false, std::memory_order_relaxed);
    const GstFlowReturn flow = chain_ ? chain_->push(buffer) : gst_pad_push(pad_.get(), buffer);
    refused_.store(flow == GST_FLOW_NOT_LINKED, std::memory_order_relaxed);
    return flow == GST_FLOW_NOT_LINKED || flow == GST_FLOW_FLUSHING || flow == GST_FLOW_EOS ? GST_FLOW_OK : flow;
}

// A chain that lacks a depayloader says the same; who is linked then has been told of that.
bool Output::goes_nowhere() const {
    const bool is_linked = gst_pad_is_linked(pad_.get()) != FALSE;
    return refused_.load(std::memory_order_relaxed) ? !chain_ || !is_linked : packets() == 0 && !is_linked;
}

std::string Output::description() const {
    std::string text = GST_PAD_NAME(pad_.get());
    const auto caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad_.get()));
    if (!caps || gst_caps_is_empty(caps.get()))
        return text;
    const GstStructure *structure = gst_caps_get_structure(caps.get(), 0);
    text += std::string(" (") + gst_structure_get_name(structure);
    for (const char *field : {"media", "encoding-name"})
        if (const char *value = gst_structure_get_string(structure, field))
            text += std::string(", ") + field + "=" + value;
    return text + ")";
}

void Output::end() {
    if (!caps_)
        begin();
    if (!caps_ || std::exchange(introduced_, false))
        begin_segment();
    send(gst_event_new_eos());
}

// Behind the chain: what is in it is of the stream that was.
void Output::tell_away() {
    set_away();
    gst_pad_push_event(pad_.get(), rtspsink::new_away_event());
}

}  // namespace rtspproxy

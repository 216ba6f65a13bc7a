// SPDX-License-Identifier: LGPL-2.1-or-later
#include "track.h"

#include <gst/video/video.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/clock.h"
#include "base/wall_offset.h"
#include "log.h"
#include "rtspsink/mapping.h"
#include "rtspsink/reference_time.h"

namespace recordsink {

using rtspcore::Ref;

namespace {

constexpr int64_t kMillisecond = 1'000'000;
// Of text that would be over before it can be shown.
constexpr RunningTime kShortestText = 100 * kMillisecond;
// Of a unit that says nothing of its length: only what a hole's length is counted by.
constexpr RunningTime kUnknownDuration = 40 * kMillisecond;

Track &track_of(GstPad *pad) {
    return *static_cast<Track *>(gst_pad_get_element_private(pad));
}

int64_t wall_now() {
    return rtspcore::wall_now().time_since_epoch().count();
}

// Signed, which GStreamer's running times are not.
std::optional<RunningTime> running_time(const GstSegment &segment, GstClockTime position) {
    guint64 time = 0;
    if (!GST_CLOCK_TIME_IS_VALID(position))
        return std::nullopt;
    const int sign = gst_segment_to_running_time_full(&segment, GST_FORMAT_TIME, position, &time);
    return sign * static_cast<RunningTime>(time);
}

// Drivers and pools have few buffers, and wait for each to come back: what is to be kept for long is copied from
// theirs.
bool is_lent(GstBuffer *buffer) {
    bool lent = buffer->pool != nullptr;
    for (guint i = 0; i < gst_buffer_n_memory(buffer); i++)
        lent |= !gst_memory_is_type(gst_buffer_peek_memory(buffer, i), GST_ALLOCATOR_SYSMEM);
    return lent;
}

// Writable.
Ref<GstBuffer> kept(Ref<GstBuffer> buffer) {
    if (!is_lent(buffer.get()))
        return Ref<GstBuffer>::adopt(gst_buffer_make_writable(buffer.release()));
    const auto parts = static_cast<GstBufferCopyFlags>(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS |
                                                       GST_BUFFER_COPY_MEMORY | GST_BUFFER_COPY_DEEP);
    auto copy = Ref<GstBuffer>::adopt(gst_buffer_copy_region(buffer.get(), parts, 0, G_MAXSIZE));
    gpointer state = nullptr;
    while (GstMeta *meta =
               gst_buffer_iterate_meta_filtered(buffer.get(), &state, GST_REFERENCE_TIMESTAMP_META_API_TYPE)) {
        const auto *time = reinterpret_cast<const GstReferenceTimestampMeta *>(meta);
        gst_buffer_add_reference_timestamp_meta(copy.get(), time->reference, time->timestamp, time->duration);
    }
    return copy;
}

// MPEG-TS has no place for parameter sets but the stream: each file, and each clip, needs them, and what came from a
// network may have had them in its SDP only.
void repeat_headers(GstElement *parser) {
    constexpr int kWithEachKeyFrame = -1;
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(parser), "config-interval"))
        g_object_set(parser, "config-interval", kWithEachKeyFrame, nullptr);
}

}  // namespace

Track::Track(Owner owner, Ref<GstPad> pad)
    : owner_(std::move(owner)), pad_(std::move(pad)), exit_(Ref<GstPad>::sink(gst_pad_new("parsed", GST_PAD_SINK))) {
    gst_segment_init(&segment_, GST_FORMAT_TIME);
    gst_pad_set_element_private(pad_.get(), this);
    gst_pad_set_event_function(pad_.get(), take_event);
    gst_pad_set_query_function(pad_.get(), answer_pad);
    gst_pad_set_element_private(exit_.get(), this);
    gst_pad_set_chain_function(exit_.get(), take_parsed);
    gst_pad_set_event_function(exit_.get(), take_parsed_event);
    gst_pad_set_query_function(exit_.get(), answer_parser);
}

Track::~Track() {
    detach();
}

void Track::start(const Settings &settings) {
    queue_.set_bounds({settings.queue_bytes, settings.queue_duration * kMillisecond});
    queue_.flush(false);
    queue_.hurry(GopQueue::Haste::Stop, false);
    is_queued_ = !settings.location.empty();
    asked_whether_live_ = false;
    fixed_offset_.reset();
    time_line_.reset();
    shown_until_ = std::numeric_limits<RunningTime>::min();
    key_frames_.reset();
}

void Track::stop() {
    queue_.flush(true);
    *caps_.lock() = {};
    refused_ = false;
    is_video_ = false;
}

void Track::push_upstream(GstEvent *event) {
    gst_pad_push_event(pad_.get(), event);
}

void Track::tell(const std::optional<Hole> &hole, const std::string &event) {
    if (hole)
        owner_.teller->hole(GST_PAD_NAME(pad_.get()), *hole, event);
}

gboolean Track::take_event(GstPad *pad, GstObject *parent, GstEvent *event) {
    Track &self = track_of(pad);
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
        GstCaps *caps = nullptr;
        gst_event_parse_caps(event, &caps);
        if (!self.take_caps(caps)) {
            gst_event_unref(event);
            return FALSE;
        }
    } else if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START && self.queue_.ended()) {
        self.queue_.begin_again();
        self.owner_.changed();
    } else if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && !self.built_) {
        // There is no parser that it could go through.
        self.end(event);
    }
    return gst_pad_event_default(pad, parent, event);
}

// Whatever is behind it now, the pad takes other media later as well.
gboolean Track::answer_pad(GstPad *pad, GstObject *parent, GstQuery *query) {
    if (GST_QUERY_TYPE(query) == GST_QUERY_CAPS) {
        GstCaps *filter = nullptr;
        gst_query_parse_caps(query, &filter);
        auto caps = Ref<GstCaps>::adopt(offered_caps());
        if (filter)
            caps = Ref<GstCaps>::adopt(gst_caps_intersect_full(filter, caps.get(), GST_CAPS_INTERSECT_FIRST));
        gst_query_set_caps_result(query, caps.get());
        return TRUE;
    }
    if (GST_QUERY_TYPE(query) == GST_QUERY_ACCEPT_CAPS) {
        gst_query_set_accept_caps_result(query, TRUE);  // refused, if at all, by an error that tells why
        return TRUE;
    }
    return gst_pad_query_default(pad, parent, query);
}

bool Track::take_caps(const GstCaps *caps) {
    auto route = find_route(caps, owner_.settings().format);
    if (!route)
        return refuse(route.error().code, route.error().message);
    if (!take_kind(route->kind))
        return false;
    const bool same = built_ && route_.parser == route->parser;
    route_ = std::move(*route);
    take_mapping(caps);
    return same || build(route_.parser);
}

bool Track::take_kind(Route::Kind kind) {
    const auto other = kind == Route::Kind::Video ? owner_.claim_video(*this) : std::nullopt;
    if (kind != Route::Kind::Video || other)
        is_video_ = false;
    if (other)
        return refuse({GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE},
                      "Pad '" + std::string(GST_PAD_NAME(pad_.get())) +
                          "' has a second video stream, beside that of '" + *other +
                          "'; files have one. Give it a recordsink of its own.");
    is_sparse_ = kind == Route::Kind::Text || kind == Route::Kind::Data;
    one_at_a_time_ = kind == Route::Kind::Text && owner_.settings().format == Format::Mp4;
    return true;
}

// False, always.
bool Track::refuse(ErrorCode code, const std::string &text) {
    // Sources try again and again.
    if (!std::exchange(refused_, true))
        owner_.teller->error(code, text);
    return false;
}

void Track::take_mapping(const GstCaps *caps) {
    const auto field = rtspsink::mapping_field(caps);
    auto mapping = field ? *field : std::nullopt;
    if (!mapping)
        mapping = rtspsink::upstream_mapping(pad_.get());
    *mapping_.lock() = mapping.value_or("");
}

bool Track::build(const std::string &parser) {
    detach();
    gst_pad_set_active(exit_.get(), TRUE);
    built_ = true;
    if (parser.empty())
        return gst_ghost_pad_set_target(GST_GHOST_PAD(pad_.get()), exit_.get());
    parser_ = Ref<GstElement>::sink(gst_element_factory_make(parser.c_str(), nullptr));
    if (!parser_ || !gst_bin_add(owner_.bin, parser_.get()))
        return false;
    if (owner_.settings().format == Format::Ts)
        repeat_headers(parser_.get());
    const auto source = Ref<GstPad>::adopt(gst_element_get_static_pad(parser_.get(), "src"));
    const auto sink = Ref<GstPad>::adopt(gst_element_get_static_pad(parser_.get(), "sink"));
    return GST_PAD_LINK_SUCCESSFUL(gst_pad_link_full(source.get(), exit_.get(), GST_PAD_LINK_CHECK_NOTHING)) &&
           gst_element_sync_state_with_parent(parser_.get()) &&
           gst_ghost_pad_set_target(GST_GHOST_PAD(pad_.get()), sink.get());
}

void Track::detach() {
    gst_pad_set_active(exit_.get(), FALSE);
    if (built_)
        gst_ghost_pad_set_target(GST_GHOST_PAD(pad_.get()), nullptr);
    built_ = false;
    if (!parser_)
        return;
    if (const auto peer = Ref<GstPad>::adopt(gst_pad_get_peer(exit_.get())))
        gst_pad_unlink(peer.get(), exit_.get());
    gst_element_set_locked_state(parser_.get(), TRUE);
    gst_element_set_state(parser_.get(), GST_STATE_NULL);
    // A bin that is being disposed of has let go of it already.
    if (GST_OBJECT_PARENT(parser_.get()) == GST_OBJECT(owner_.bin))
        gst_bin_remove(owner_.bin, parser_.get());
    parser_ = {};
}

// What the parser is to make.
gboolean Track::answer_parser(GstPad *pad, GstObject *parent, GstQuery *query) {
    Track &self = track_of(pad);
    if (GST_QUERY_TYPE(query) == GST_QUERY_CAPS) {
        GstCaps *filter = nullptr;
        gst_query_parse_caps(query, &filter);
        Ref<GstCaps> caps = self.route_.wanted;
        if (filter)
            caps = Ref<GstCaps>::adopt(gst_caps_intersect(caps.get(), filter));
        gst_query_set_caps_result(query, caps.get());
        return TRUE;
    }
    return gst_pad_query_default(pad, parent, query);
}

gboolean Track::take_parsed_event(GstPad *pad, GstObject *, GstEvent *event) {
    Track &self = track_of(pad);
    GstCaps *caps = nullptr;
    switch (GST_EVENT_TYPE(event)) {
        case GST_EVENT_CAPS:
            gst_event_parse_caps(event, &caps);
            *self.caps_.lock() = Ref<GstCaps>::share(caps);
            self.owner_.changed();
            break;
        case GST_EVENT_SEGMENT:
            gst_event_copy_segment(event, &self.segment_);
            break;
        case GST_EVENT_EOS:
            self.end(event);
            break;
        case GST_EVENT_FLUSH_START:
            self.tell(self.queue_.close_hole());
            self.queue_.flush(true);
            self.owner_.flushing(self, true);
            break;
        case GST_EVENT_FLUSH_STOP:
            self.queue_.flush(false);
            self.owner_.flushing(self, false);
            break;
        default:
            break;
    }
    gst_event_unref(event);
    return TRUE;
}

void Track::end(GstEvent *event) {
    end_sequence_ = gst_event_get_seqnum(event);
    tell(queue_.close_hole());
    if (!queue_.ended())
        owner_.ends();
    queue_.end();
    owner_.changed();
}

void Track::ask_for_key() {
    push_upstream(gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

GstFlowReturn Track::take_parsed(GstPad *pad, GstObject *, GstBuffer *buffer) {
    track_of(pad).take(buffer);
    return GST_FLOW_OK;
}

void Track::take(GstBuffer *buffer) {
    if (!std::exchange(asked_whether_live_, true))
        is_live_ = upstream_is_live();
    Unit unit;
    unit.buffer = kept(Ref<GstBuffer>::adopt(buffer));
    unit.caps = *caps_.lock();
    unit.bytes = gst_buffer_get_size(unit.buffer.get());
    unit.key = !GST_BUFFER_FLAG_IS_SET(unit.buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
    stamp(unit);
    watch_key_frames(unit);
    if (!unit.caps)
        return;
    owner_.taken(*this, unit, !is_live_);
    if (!is_queued_)
        return;
    tell(queue_.push(std::move(unit), !is_live_));
    if (is_video_ && queue_.asks_for_key())
        ask_for_key();
}

// Time stamps become running times, one after the other.
void Track::stamp(Unit &unit) {
    GstBuffer *buffer = unit.buffer.get();
    const auto pts = running_time(segment_, GST_BUFFER_PTS(buffer));
    const auto dts = running_time(segment_, GST_BUFFER_DTS(buffer));
    unit.duration =
        GST_BUFFER_DURATION_IS_VALID(buffer) ? static_cast<RunningTime>(GST_BUFFER_DURATION(buffer)) : kUnknownDuration;
    const auto now = is_live_ ? owner_.now() : std::nullopt;
    const TimeLine::Place place = time_line_.place({dts ? dts : pts, dts.has_value(), unit.duration, now, is_sparse_});
    unit.time = pts ? *pts + place.shift : place.time;
    if (dts)
        unit.time = std::max(unit.time, place.time);
    unit.jumped_from = place.jumped_from;
    unit.capture_offset = capture_offset(buffer, unit.time);
    GST_BUFFER_PTS(buffer) = kTimeOrigin + static_cast<GstClockTime>(unit.time);
    if (dts)
        GST_BUFFER_DTS(buffer) = kTimeOrigin + static_cast<GstClockTime>(place.time);
    if (one_at_a_time_)
        keep_apart(unit);
}

// Timed text samples follow one another (3GPP TS 26.245, 5.17): one that begins before the one before is over would
// make mp4mux's durations wrap around.
void Track::keep_apart(Unit &unit) {
    const RunningTime end = unit.time + unit.duration;
    if (unit.time < shown_until_) {
        unit.time = shown_until_;
        unit.duration = std::max(end - unit.time, kShortestText);
        GST_BUFFER_PTS(unit.buffer.get()) = kTimeOrigin + static_cast<GstClockTime>(unit.time);
        GST_BUFFER_DTS(unit.buffer.get()) = GST_CLOCK_TIME_NONE;
        GST_BUFFER_DURATION(unit.buffer.get()) = static_cast<GstClockTime>(unit.duration);
    }
    shown_until_ = unit.time + unit.duration;
}

void Track::watch_key_frames(Unit &unit) {
    if (!is_video_)
        return;
    const KeyFrameWatch::Verdict verdict = key_frames_.observe(unit.time, unit.key);
    unit.key = verdict.is_key;
    if (unit.key)
        GST_BUFFER_FLAG_UNSET(unit.buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
    if (verdict.ask)
        ask_for_key();
}

int64_t Track::capture_offset(GstBuffer *buffer, RunningTime time) {
    if (const auto captured = rtspsink::reference_time(buffer))
        return captured->time_since_epoch().count() - time;
    if (const auto now = owner_.now())
        return rtspcore::wall_offset([&] { return owner_.now().value_or(*now); }).count();
    if (!fixed_offset_)
        fixed_offset_ = wall_now() - time;
    return *fixed_offset_;
}

bool Track::upstream_is_live() {
    const auto query = Ref<GstQuery>::adopt(gst_query_new_latency());
    gboolean live = FALSE;
    if (gst_pad_peer_query(pad_.get(), query.get()))
        gst_query_parse_latency(query.get(), &live, nullptr, nullptr);
    GST_INFO_OBJECT(pad_.get(), "upstream is %s", live ? "live" : "not live, it waits for the disk");
    return live;
}

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream_entry.h"

#include <chrono>
#include <utility>

#include "log.h"
#include "rtp/packet.h"
#include "stream_caps.h"

namespace rtspproxy {

using rtspcore::Duration;
using rtspcore::Ref;

namespace {

// Stamps go on by less, or the clock is asked whether that is true.
constexpr std::chrono::seconds kStep{1};
// A packet is stamped with when it came, however long the jitter buffer keeps it.
constexpr std::chrono::seconds kMostOff{30};

}  // namespace

StreamEntry::StreamEntry(std::shared_ptr<Output> output, const Clocks &clocks, Listener listener)
    : output_(std::move(output)),
      element_(clocks.element),
      base_time_(clocks.base_time),
      clock_(clocks.sender),
      listener_(std::move(listener)),
      pad_(Ref<GstPad>::sink(gst_pad_new("upstream", GST_PAD_SINK))) {
    gst_segment_init(&segment_, GST_FORMAT_TIME);
    gst_pad_set_element_private(pad_.get(), this);
    gst_pad_set_chain_function(pad_.get(), take_buffer);
    gst_pad_set_event_function(pad_.get(), take_event);
    gst_pad_set_query_function(pad_.get(), answer);
    gst_pad_set_active(pad_.get(), TRUE);
    output_->renew();
}

StreamEntry::~StreamEntry() {
    gst_pad_set_active(pad_.get(), FALSE);
    unlink();
}

void StreamEntry::unlink() {
    if (const auto peer = Ref<GstPad>::adopt(gst_pad_get_peer(pad_.get())))
        gst_pad_unlink(peer.get(), pad_.get());
}

// The upstream is in no bin that the element is in, so that the hierarchy cannot be checked.
bool StreamEntry::link(GstPad *source) {
    unlink();
    return GST_PAD_LINK_SUCCESSFUL(gst_pad_link_full(source, pad_.get(), GST_PAD_LINK_CHECK_NOTHING));
}

GstFlowReturn StreamEntry::take_buffer(GstPad *pad, GstObject *, GstBuffer *buffer) {
    return static_cast<StreamEntry *>(gst_pad_get_element_private(pad))->take(buffer);
}

gboolean StreamEntry::take_event(GstPad *pad, GstObject *, GstEvent *event) {
    static_cast<StreamEntry *>(gst_pad_get_element_private(pad))->take(event);
    gst_event_unref(event);
    return TRUE;
}

// Anything goes, at any time: the pad has no template, and what it has now, as the SSRC of who sent last, is no reason
// to refuse what comes next.
gboolean StreamEntry::answer(GstPad *, GstObject *, GstQuery *query) {
    GstCaps *filter = nullptr;
    switch (GST_QUERY_TYPE(query)) {
        case GST_QUERY_CAPS:
            gst_query_parse_caps(query, &filter);
            gst_query_set_caps_result(query, filter ? filter : Ref<GstCaps>::adopt(gst_caps_new_any()).get());
            return TRUE;
        case GST_QUERY_ACCEPT_CAPS:
            gst_query_set_accept_caps_result(query, TRUE);
            return TRUE;
        default:
            return FALSE;
    }
}

std::optional<Duration> StreamEntry::stamp_of(GstBuffer *buffer) const {
    const GstClockTime stamp = GST_BUFFER_PTS_IS_VALID(buffer) ? GST_BUFFER_PTS(buffer) : GST_BUFFER_DTS(buffer);
    guint64 running = 0;
    const int sign = GST_CLOCK_TIME_IS_VALID(stamp)
                         ? gst_segment_to_running_time_full(&segment_, GST_FORMAT_TIME, stamp, &running)
                         : 0;
    if (sign == 0)
        return std::nullopt;
    const auto base = static_cast<int64_t>(gst_element_get_base_time(element_));
    return Duration(sign * static_cast<int64_t>(running) + static_cast<int64_t>(base_time_) - base);
}

std::optional<Duration> StreamEntry::now() const {
    const auto clock = Ref<GstClock>::adopt(gst_element_get_clock(element_));
    if (!clock)
        return std::nullopt;
    const auto base = static_cast<int64_t>(gst_element_get_base_time(element_));
    return Duration(static_cast<int64_t>(gst_clock_get_time(clock.get())) - base);
}

Duration StreamEntry::time_of(GstBuffer *buffer) {
    const auto stamp = stamp_of(buffer);
    if (!stamp)
        return now().value_or(Duration());
    if (std::chrono::abs(*stamp + correction_ - latest_) > kStep)
        check(*stamp);
    return latest_ = *stamp + correction_;
}

// The jitter buffer of GStreamer 1.24 lets jumps of the sender's clock through.
void StreamEntry::check(Duration stamp) {
    const auto came = now();
    if (!came || std::chrono::abs(*came - stamp - correction_) <= kMostOff)
        return;
    correction_ = *came - stamp;
    GST_INFO_OBJECT(pad_.get(), "stamps are corrected by %" GST_STIME_FORMAT, GST_STIME_ARGS(correction_.count()));
}

GstFlowReturn StreamEntry::take(GstBuffer *buffer) {
    listener_.arrived();
    const Duration at = time_of(buffer);
    return output_->push(with_capture_time(buffer, at), at);
}

// By the numbers of the sender, before they are changed.
GstBuffer *StreamEntry::with_capture_time(GstBuffer *buffer, Duration at) {
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return buffer;
    const auto packet = rtspcore::rtp::PacketView::parse({map.data, map.size});
    gst_buffer_unmap(buffer, &map);
    const auto capture = packet ? clock_.capture_of(packet->time, at, clock_rate_) : std::nullopt;
    if (!capture)
        return buffer;
    buffer = gst_buffer_make_writable(buffer);
    add_capture_time(buffer, since_1900(*capture));
    return buffer;
}

void StreamEntry::describe(const GstCaps *caps) {
    clock_rate_ = clock_rate_of(caps);
    output_->describe(caps);
}

void StreamEntry::take(GstEvent *event) {
    switch (GST_EVENT_TYPE(event)) {
        case GST_EVENT_CAPS: {
            GstCaps *caps = nullptr;
            gst_event_parse_caps(event, &caps);
            describe(caps);
            break;
        }
        case GST_EVENT_SEGMENT:
            gst_event_copy_segment(event, &segment_);
            break;
        case GST_EVENT_EOS:
            if (!std::exchange(ended_, true))
                listener_.ended();
            break;
        default:
            break;
    }
}

}  // namespace rtspproxy

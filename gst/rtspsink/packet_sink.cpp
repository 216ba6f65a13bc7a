// SPDX-License-Identifier: LGPL-2.1-or-later
#include "packet_sink.h"

#include "log.h"

namespace rtspsink {

namespace {

bool resets_running_time(GstEvent *flush_stop) {
    gboolean reset = FALSE;
    gst_event_parse_flush_stop(flush_stop, &reset);
    return reset;
}

bool is_upstream_live(GstPad *pad) {
    const auto query = Ref<GstQuery>::adopt(gst_query_new_latency());
    gboolean live = FALSE;
    if (gst_pad_peer_query(pad, query.get()))
        gst_query_parse_latency(query.get(), &live, nullptr, nullptr);
    return live;
}

}  // namespace

PacketSink::PacketSink(GstBaseSink *sink, CaptureClock &clock, CapsCallback on_caps)
    : sink_(sink),
      on_caps_(std::move(on_caps)),
      key_units_(std::make_shared<KeyUnitRequester>(sink)),
      feed_(sink, clock),
      running_time_reset_(GST_ELEMENT(sink)) {
    gst_base_sink_set_async_enabled(sink, FALSE);
    gst_base_sink_set_last_sample_enabled(sink, FALSE);  // it would hold upstream's buffer
    gst_base_sink_set_processing_deadline(sink, 0);      // viewers do the processing
}

void PacketSink::set_sync_mode(SyncMode mode) {
    mode_.store(mode);
    if (mode == SyncMode::Auto)
        upstream_changed();
    else
        gst_base_sink_set_sync(sink_, mode == SyncMode::True);
}

void PacketSink::upstream_changed() {
    if (probing_.exchange(true))
        return;
    // The questions go upstream and to the pipeline, so they are asked before the packet enters the sink and its locks.
    constexpr auto kPackets = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
    gst_pad_add_probe(GST_BASE_SINK_PAD(sink_), kPackets, before_packet, this, nullptr);
}

GstPadProbeReturn PacketSink::before_packet(GstPad *, GstPadProbeInfo *, gpointer self) {
    auto *packet_sink = static_cast<PacketSink *>(self);
    packet_sink->probing_.store(false);
    packet_sink->decide_sync();
    if (gst_base_sink_get_sync(packet_sink->sink_))
        packet_sink->running_time_reset_.await();
    return GST_PAD_PROBE_REMOVE;
}

void PacketSink::decide_sync() {
    if (mode_.load() != SyncMode::Auto)
        return;
    const bool live = is_upstream_live(GST_BASE_SINK_PAD(sink_));
    GST_INFO_OBJECT(sink_, "upstream is %s", live ? "live: packets leave as they come" : "not live: the clock paces");
    gst_base_sink_set_sync(sink_, !live);
}

void PacketSink::take_event(GstEvent *event) {
    switch (GST_EVENT_TYPE(event)) {
        case GST_EVENT_STREAM_START:
            key_units_->forget();
            break;
        case GST_EVENT_SEGMENT:
            feed_.new_segment();
            upstream_changed();
            break;
        case GST_EVENT_FLUSH_STOP:
            feed_.flush();
            if (resets_running_time(event))
                running_time_reset_.prepare();
            break;
        case GST_EVENT_EOS:
            feed_.end_of_stream();
            break;
        default:
            break;
    }
}

}  // namespace rtspsink

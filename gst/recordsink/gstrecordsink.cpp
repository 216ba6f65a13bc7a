// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-recordsink
 * @title: recordsink
 * @short_description: records what comes in, without ever holding it up
 *
 * Writes segments in fragmented MP4, MPEG-TS or Matroska that play up to the last fragment whatever happens to the
 * process. A disk that is slow, full or gone costs whole GOPs, which are counted and told, and nothing else; recording
 * goes on by itself when it is back. Finished segments are listed in index.jsonl and told by `segment` messages.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! x264enc tune=zerolatency key-int-max=30 ! tee name=t !
 * rtspsink service=8554 t. ! recordsink location=/var/rec/%Y-%m-%d/%H-%M-%S.mp4
 * ]|
 * Serves and records, in files of a minute.
 *
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! x264enc tune=zerolatency key-int-max=30 !
 * recordsink pre-event=10 clip-location=/var/rec/%Y-%m-%d/%H-%M-%S-%{event}.mp4
 * ]|
 * Keeps ten seconds in memory, and writes a clip when the application emits `start-event`.
 */
#include "gstrecordsink.h"

#include "properties.h"
#include "record_sink.h"

using recordsink::RecordSink;

struct _GstRecordSink {
    GstBin parent;
    RecordSink *impl;
};

G_DEFINE_TYPE(GstRecordSink, gst_record_sink, GST_TYPE_BIN)

static RecordSink &impl(gpointer object) {
    return *GST_RECORD_SINK(object)->impl;
}

// After those of the table, which have the ids from 1.
static guint stats_id() {
    return static_cast<guint>(recordsink::properties().size() + 1);
}

static void gst_record_sink_set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec) {
    const auto properties = recordsink::properties();
    if (id == 0 || id > properties.size()) {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
        return;
    }
    impl(object).change_settings([&](recordsink::Settings &settings) { properties[id - 1].set(settings, value); });
}

static void gst_record_sink_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec) {
    const auto properties = recordsink::properties();
    if (id >= 1 && id <= properties.size())
        properties[id - 1].get(impl(object).settings(), value);
    else if (id == stats_id())
        g_value_take_boxed(value, impl(object).statistics());
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static GstStateChangeReturn gst_record_sink_change_state(GstElement *element, GstStateChange transition) {
    return impl(element).change_state(
        transition, [&] { return GST_ELEMENT_CLASS(gst_record_sink_parent_class)->change_state(element, transition); });
}

static GstPad *gst_record_sink_request_new_pad(GstElement *element, GstPadTemplate *templ, const gchar *name,
                                               const GstCaps *) {
    return impl(element).add_pad(templ, name);
}

static void gst_record_sink_release_pad(GstElement *element, GstPad *pad) {
    impl(element).remove_pad(pad);
}

static void gst_record_sink_split_now(GstElement *element) {
    impl(element).split_now();
}

static void gst_record_sink_dispose(GObject *object) {
    impl(object).remove_all_pads();
    G_OBJECT_CLASS(gst_record_sink_parent_class)->dispose(object);
}

static void gst_record_sink_finalize(GObject *object) {
    delete GST_RECORD_SINK(object)->impl;
    G_OBJECT_CLASS(gst_record_sink_parent_class)->finalize(object);
}

static gboolean gst_record_sink_start_event(GstRecordSink *self, const gchar *id, guint post) {
    return self->impl->start_event(id, post);
}

static gboolean gst_record_sink_stop_event(GstRecordSink *self, const gchar *id) {
    return self->impl->stop_event(id);
}

static void install_signals(GType type) {
    const auto action = static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION);
    /**
     * GstRecordSink::start-event:
     * @id: what the event is called; the same one while it goes on makes it go on
     * @post: seconds that the clip goes on after `stop-event`
     *
     * Begins a clip with what was `pre-event` seconds ago. Blocks for nothing.
     *
     * Returns: %FALSE when there is no `clip-location`, nothing is being recorded, or too many events go on.
     */
    g_signal_new_class_handler("start-event", type, action, G_CALLBACK(gst_record_sink_start_event), nullptr, nullptr,
                               nullptr, G_TYPE_BOOLEAN, 2, G_TYPE_STRING, G_TYPE_UINT);
    /**
     * GstRecordSink::stop-event:
     * @id: of the event
     *
     * Ends the clip of the event, after what `start-event` said.
     *
     * Returns: %FALSE when there is no such event.
     */
    g_signal_new_class_handler("stop-event", type, action, G_CALLBACK(gst_record_sink_stop_event), nullptr, nullptr,
                               nullptr, G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
}

static void gst_record_sink_class_init(GstRecordSinkClass *klass) {
    auto *object_class = G_OBJECT_CLASS(klass);
    object_class->set_property = gst_record_sink_set_property;
    object_class->get_property = gst_record_sink_get_property;
    object_class->dispose = gst_record_sink_dispose;
    object_class->finalize = gst_record_sink_finalize;
    guint id = 1;
    for (const recordsink::Property &property : recordsink::properties())
        g_object_class_install_property(object_class, id++, property.spec());
    g_object_class_install_property(
        object_class, stats_id(),
        g_param_spec_boxed("stats", "Statistics", "What was written, what waits, and what was lost", GST_TYPE_STRUCTURE,
                           static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));

    /**
     * GstRecordSink::split-now:
     *
     * A new file begins at the next key frame, which the encoder is asked for.
     */
    g_signal_new_class_handler("split-now", G_TYPE_FROM_CLASS(klass),
                               static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
                               G_CALLBACK(gst_record_sink_split_now), nullptr, nullptr, nullptr, G_TYPE_NONE, 0);
    install_signals(G_TYPE_FROM_CLASS(klass));

    auto *element_class = GST_ELEMENT_CLASS(klass);
    element_class->change_state = gst_record_sink_change_state;
    element_class->request_new_pad = gst_record_sink_request_new_pad;
    element_class->release_pad = gst_record_sink_release_pad;
    // A tee links to what takes all that it could give only; what a pad takes is told by the pad.
    GstCaps *caps = gst_caps_new_any();
    gst_element_class_add_pad_template(element_class,
                                       gst_pad_template_new("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, caps));
    gst_caps_unref(caps);
    gst_element_class_set_static_metadata(element_class, "Recording sink", "Sink/File/Bin",
                                          "Records live streams in segments that survive a crash", "gst-rtspsink");
}

static void gst_record_sink_init(GstRecordSink *self) {
    self->impl = new RecordSink(GST_ELEMENT(self));
    // Linked or not, with pads or without.
    gst_bin_set_suppressed_flags(GST_BIN(self),
                                 static_cast<GstElementFlags>(GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE));
    GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SINK);
}

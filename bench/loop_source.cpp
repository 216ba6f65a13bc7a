// SPDX-License-Identifier: LGPL-2.1-or-later
#include "loop_source.h"

#include <memory>
#include <optional>
#include <string>

#include "stamp_table.h"
#include "stream_file.h"

namespace bench {

namespace {

// State behind the GObject. Properties are set before start; the rest belongs to the streaming thread.
struct Loop {
    std::string location;
    std::string stamps_path;
    std::shared_ptr<const StreamFile> file;  // buffers downstream keep it mapped
    std::optional<StampTable> stamps;
    uint64_t next = 0;
};

enum Property : guint { kLocation = 1, kStamps };

}  // namespace

struct _BenchLoopSrc {
    GstPushSrc parent;
    Loop *loop;
};

G_DEFINE_TYPE(BenchLoopSrc, bench_loop_src, GST_TYPE_PUSH_SRC)

namespace {

Loop &loop_of(gpointer object) {
    return *BENCH_LOOP_SRC(object)->loop;
}

gboolean start(GstBaseSrc *source) {
    Loop &loop = loop_of(source);
    auto file = StreamFile::open(loop.location);
    if (!file) {
        GST_ELEMENT_ERROR(source, RESOURCE, OPEN_READ, (nullptr),
                          ("location=%s is no stream file; make it with make_streams", loop.location.c_str()));
        return FALSE;
    }
    loop.file = std::make_shared<const StreamFile>(std::move(*file));
    loop.stamps = loop.stamps_path.empty() ? std::nullopt : StampTable::open(loop.stamps_path);
    loop.next = 0;
    return TRUE;
}

GstCaps *get_caps(GstBaseSrc *source, GstCaps *filter) {
    const Loop &loop = loop_of(source);
    GstCaps *caps = loop.file ? gst_caps_from_string(loop.file->caps().c_str()) : gst_caps_new_any();
    if (!filter)
        return caps;
    GstCaps *both = gst_caps_intersect(filter, caps);
    gst_caps_unref(caps);
    return both;
}

void get_times(GstBaseSrc *, GstBuffer *buffer, GstClockTime *begin, GstClockTime *end) {
    *begin = GST_BUFFER_PTS(buffer);
    *end = *begin + GST_BUFFER_DURATION(buffer);
}

GstBuffer *borrow(const std::shared_ptr<const StreamFile> &file, size_t frame) {
    const auto bytes = file->frames()[frame];
    auto *keeper = new std::shared_ptr<const StreamFile>(file);
    return gst_buffer_new_wrapped_full(
        GST_MEMORY_FLAG_READONLY, const_cast<uint8_t *>(bytes.data()), bytes.size(), 0, bytes.size(), keeper,
        [](gpointer data) { delete static_cast<std::shared_ptr<const StreamFile> *>(data); });
}

GstFlowReturn create(GstPushSrc *source, GstBuffer **out) {
    Loop &loop = loop_of(source);
    const auto frame = static_cast<size_t>(loop.next % loop.file->frames().size());
    const auto duration = static_cast<GstClockTime>(loop.file->frame_duration().count());
    GstBuffer *buffer = borrow(loop.file, frame);
    GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = loop.next * duration;
    GST_BUFFER_DURATION(buffer) = duration;
    GST_BUFFER_OFFSET(buffer) = frame;
    if (!loop.file->is_key(frame))
        GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    loop.next++;
    *out = buffer;
    return GST_FLOW_OK;
}

// create() is called before the wait for the clock; the pad sees the buffer after it.
GstPadProbeReturn stamp_on_leaving(GstPad *pad, GstPadProbeInfo *info, gpointer) {
    Loop &loop = loop_of(GST_PAD_PARENT(pad));
    if (loop.stamps)
        loop.stamps->stamp(GST_BUFFER_OFFSET(GST_PAD_PROBE_INFO_BUFFER(info)), rtspcore::monotonic_now());
    return GST_PAD_PROBE_OK;
}

void set_property(GObject *object, guint id, const GValue *value, GParamSpec *) {
    const char *text = g_value_get_string(value);
    (id == kLocation ? loop_of(object).location : loop_of(object).stamps_path) = text ? text : "";
}

void finalize(GObject *object) {
    delete BENCH_LOOP_SRC(object)->loop;
    G_OBJECT_CLASS(bench_loop_src_parent_class)->finalize(object);
}

void install_property(GObjectClass *object, guint id, const char *name, const char *blurb) {
    const int flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;
    g_object_class_install_property(object, id,
                                    g_param_spec_string(name, name, blurb, nullptr, static_cast<GParamFlags>(flags)));
}

}  // namespace

static void bench_loop_src_init(BenchLoopSrc *self) {
    self->loop = new Loop;
    gst_base_src_set_live(GST_BASE_SRC(self), TRUE);
    gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
    gst_pad_add_probe(GST_BASE_SRC_PAD(self), GST_PAD_PROBE_TYPE_BUFFER, stamp_on_leaving, nullptr, nullptr);
}

static void bench_loop_src_class_init(BenchLoopSrcClass *klass) {
    auto *object = G_OBJECT_CLASS(klass);
    object->set_property = set_property;
    object->finalize = finalize;
    install_property(object, kLocation, "location", "Stream file to repeat");
    install_property(object, kStamps, "stamps", "Table in which each frame is stamped when it leaves");
    auto *element = GST_ELEMENT_CLASS(klass);
    GstCaps *any = gst_caps_new_any();
    gst_element_class_add_pad_template(element, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, any));
    gst_caps_unref(any);
    gst_element_class_set_static_metadata(element, "Looping source", "Source", "Repeats recorded frames at their rate",
                                          "gst-rtspsink");
    auto *source = GST_BASE_SRC_CLASS(klass);
    source->start = start;
    source->get_caps = get_caps;
    source->get_times = get_times;
    GST_PUSH_SRC_CLASS(klass)->create = create;
}

bool register_loop_source() {
    return gst_element_register(nullptr, "benchloopsrc", GST_RANK_NONE, bench_loop_src_get_type());
}

}  // namespace bench

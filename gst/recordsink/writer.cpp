// SPDX-License-Identifier: LGPL-2.1-or-later
#include "writer.h"

#include <gst/video/video.h>

#include <algorithm>

#include "base/clock.h"
#include "fragment_runs.h"
#include "log.h"

namespace recordsink {

using rtspcore::Ref;

namespace {

// Cannot be opened: splitmuxsink would go on with the name before.
constexpr const char *kNowhere = "/dev/null/.";

constexpr int64_t kMillisecond = 1'000'000;
// In a line of the index; of a stream with more key frames each n-th.
constexpr size_t kMostKeyOffsets = 1000;

void set(GstElement *element, const char *name, const std::string &value) {
    gst_util_set_object_arg(G_OBJECT(element), name, value.c_str());
}

RunningTime since_origin(GstClockTime time) {
    return static_cast<RunningTime>(time - kTimeOrigin);
}

RunningTime running_time_of(const GstMessage *message) {
    GstClockTime time = 0;
    gst_structure_get_clock_time(gst_message_get_structure(const_cast<GstMessage *>(message)), "running-time", &time);
    return static_cast<RunningTime>(time);
}

std::string text_of(GstMessage *message) {
    GError *error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    std::string text = error->message;
    g_error_free(error);
    return text;
}

}  // namespace

Writer::Writer(Target target, Events events)
    : target_(std::move(target)),
      events_(std::move(events)),
      location_(target_.location),
      cut_plan_(is_aligned() ? target_.settings.segment_duration * kMillisecond : 0, target_.asked_cuts) {}

Writer::~Writer() {
    for (const auto &feed : feeds_)
        feed->queue().stop_taking(true);
    if (pipeline_) {
        gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
        gst_bus_set_sync_handler(bus_.get(), nullptr, nullptr, nullptr);
        gst_bus_set_flushing(bus_.get(), TRUE);
    }
    for (const auto &feed : feeds_)
        feed->stop();
    const Open open = std::exchange(*open_.lock(), {});
    if (open.file)
        salvage(open);
    if (!failed_ && !open.file)
        return;
    for (const auto &feed : feeds_)
        feed->tell_lost();
}

bool Writer::is_aligned() const {
    return target_.asked_cuts && target_.settings.align && target_.settings.segment_duration > 0;
}

bool Writer::start(const Sources &sources) {
    tell_mapping(sources);
    if (!make_elements())
        return false;
    for (const Source &source : sources)
        if (!add_feed(source))
            return false;
    reference().on_key([this](const Unit &key) { consider_cut(key); });
    if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        fail("Cannot start to record", "splitmuxsink did not start");
        return false;
    }
    for (size_t i = 0; i < feeds_.size(); i++)
        if (!feeds_[i]->start(sinks_[i].get())) {
            fail("Cannot start to record", "a stream could not be linked");
            return false;
        }
    return true;
}

// That of the first track that has one.
void Writer::tell_mapping(const Sources &sources) {
    for (const Source &source : sources)
        if (mapping_.empty())
            mapping_ = source.track->mapping();
    location_ = target_.location.of_mapping(mapping_);
    if (target_.aftercare)
        target_.aftercare->told_mapping(mapping_);
}

// splitmuxsink decides of a GOP when it has it whole: what it is told after the key frame is of the GOP that this
// begins.
void Writer::consider_cut(const Unit &key) {
    const CutPlan::Step step = cut_plan_.at_key(key);
    if (step.wanted_key && reference().track().is_video())
        reference().track().push_upstream(gst_video_event_new_upstream_force_key_unit(
            static_cast<GstClockTime>(std::max<RunningTime>(*step.wanted_key, 0)), TRUE, 0));
    if (!step.cut)
        return;
    cuts_.lock()->add(key.time, step.cut);
    g_signal_emit_by_name(splitmux_, "split-now");
}

bool Writer::make_elements() {
    pipeline_ = Ref<GstElement>::sink(gst_pipeline_new(nullptr));
    bus_ = Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.get()));
    gst_bus_set_sync_handler(bus_.get(), take_message, this, nullptr);
    splitmux_ = gst_element_factory_make("splitmuxsink", nullptr);
    GstElement *muxer = gst_element_factory_make(muxer_of(target_.settings.format), nullptr);
    GstElement *sink = gst_element_factory_make("filesink", nullptr);
    if (!splitmux_ || !muxer || !sink) {
        for (GstElement *element : {splitmux_, muxer, sink})
            Ref<GstElement>::sink(element);
        fail("Cannot record", "splitmuxsink or a muxer is not installed; install gst-plugins-good");
        return false;
    }
    set_up_muxer(muxer);
    // What is not in the kernel yet would be lost with the process.
    set(sink, "buffer-mode", "unbuffered");
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(sink, "sink"));
    const auto data = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
    gst_pad_add_probe(pad.get(), data, sync_file, this, nullptr);
    if (target_.settings.format == Format::Mp4) {
        fragment_times_.watch(muxer, pad.get());
        give_places_to_runs(pad.get());
    } else {
        progress_.watch(muxer);
    }
    const unsigned duration = is_aligned() ? 0 : target_.settings.segment_duration;
    g_object_set(splitmux_, "muxer", muxer, "sink", sink, "max-size-time", duration * GST_MSECOND, "max-size-bytes",
                 target_.settings.segment_bytes, "send-keyframe-requests",
                 duration > 0 && target_.settings.segment_bytes == 0, nullptr);
    g_signal_connect(splitmux_, "format-location-full", G_CALLBACK(name_file), this);
    return gst_bin_add(GST_BIN(pipeline_.get()), splitmux_);
}

void Writer::set_up_muxer(GstElement *muxer) const {
    const unsigned fragment = target_.settings.fragment_duration;
    const std::string nanoseconds = std::to_string(fragment * GST_MSECOND);
    switch (target_.settings.format) {
        case Format::Mp4:
            set(muxer, "fragment-duration", std::to_string(fragment));
            set(muxer, "fragment-mode", "dash-or-mss");  // nothing is rewritten at the end, so nothing can be torn
            break;
        case Format::Mkv:
            set(muxer, "offset-to-zero", "true");
            set(muxer, "min-cluster-duration", nanoseconds);
            set(muxer, "max-cluster-duration", nanoseconds);
            break;
        case Format::Ts:
            break;
    }
}

bool Writer::add_feed(const Source &source) {
    const char *kind = source.track->is_sparse() ? "subtitle_" : "audio_";
    const std::string name = source.track->is_video() ? "video" : kind + std::to_string(feeds_.size());
    auto sink = Ref<GstPad>::adopt(gst_element_request_pad_simple(splitmux_, name.c_str()));
    if (!sink) {
        fail("Cannot record a second video stream", "give it a recordsink of its own");
        return false;
    }
    sinks_.push_back(std::move(sink));
    feeds_.push_back(
        std::make_unique<Feed>(source, source.caps(), Feed::Events{events_.restart, [this] { return newest(); }}));
    return true;
}

void Writer::end(bool now, const char *reason) {
    end_reason_ = reason;
    for (const auto &feed : feeds_)
        feed->queue().stop_taking(now || !feed->track().is_video());
}

bool Writer::has(const Track *track) const {
    return std::any_of(feeds_.begin(), feeds_.end(), [&](const auto &feed) { return &feed->track() == track; });
}

// splitmuxsink's: the video, or the first of the others.
Feed &Writer::reference() const {
    const auto video =
        std::find_if(feeds_.begin(), feeds_.end(), [](const auto &feed) { return feed->track().is_video(); });
    return video == feeds_.end() ? *feeds_.front() : **video;
}

std::optional<RunningTime> Writer::newest() const {
    std::optional<RunningTime> newest;
    for (const auto &feed : feeds_)
        if (const auto of_feed = feed->queue().newest())
            newest = std::max(newest.value_or(*of_feed), *of_feed);
    return newest;
}

gchar *Writer::name_file(GstElement *, guint, GstSample *first, gpointer writer) {
    return g_strdup(static_cast<Writer *>(writer)->open_file(first).c_str());
}

std::string Writer::open_file(GstSample *first) {
    GstBuffer *buffer = first ? gst_sample_get_buffer(first) : nullptr;
    Open open;
    fragment_times_.begin_file();
    progress_.begin_file();
    open.start = buffer ? since_origin(GST_BUFFER_PTS(buffer)) : reference().end();
    open.start_time = open.start + reference().capture_offset();
    const std::string path = location_.expand(open.start_time, (*target_.sequence)++);
    auto file = SegmentFile::create(path);
    if (!file) {
        fail("Cannot create '" + path + "'", file.error().message);
        return kNowhere;
    }
    open.file = std::move(*file);
    target_.index.reserve();
    last_sync_ = rtspcore::monotonic_now().time_since_epoch().count();
    std::string part = open.file->part_path();
    GST_INFO_OBJECT(splitmux_, "writing %s", part.c_str());
    *open_.lock() = std::move(open);
    return part;
}

// What was written so far goes to the disk before more does.
GstPadProbeReturn Writer::sync_file(GstPad *, GstPadProbeInfo *, gpointer writer) {
    auto *self = static_cast<Writer *>(writer);
    const int64_t now = rtspcore::monotonic_now().time_since_epoch().count();
    if (now - self->last_sync_ < static_cast<int64_t>(self->target_.settings.fragment_duration * GST_MSECOND))
        return GST_PAD_PROBE_OK;
    self->last_sync_ = now;
    const std::shared_ptr<SegmentFile> file = self->open_.lock()->file;
    if (!file)
        return GST_PAD_PROBE_OK;
    const auto outcome = file->sync();
    self->target_.teller->disk_latency().note(rtspcore::monotonic_now().time_since_epoch().count() - now);
    if (!outcome)
        self->fail("Cannot write '" + file->part_path() + "'", outcome.error().message);
    return GST_PAD_PROBE_OK;
}

GstBusSyncReply Writer::take_message(GstBus *, GstMessage *message, gpointer writer) {
    auto *self = static_cast<Writer *>(writer);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        self->fail("Recording stopped", text_of(message));
    else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
        self->events_.ended();
    else if (gst_message_has_name(message, "splitmuxsink-fragment-closed"))
        self->close_file(running_time_of(message));
    gst_message_unref(message);
    return GST_BUS_DROP;
}

void Writer::close_file(RunningTime end) {
    const Open open = std::exchange(*open_.lock(), {});
    if (!open.file)
        return;
    if (failed_)  // splitmuxsink closes files that it could not write as well
        salvage(open);
    else
        conclude(open, end);
}

void Writer::conclude(const Open &open, RunningTime end) {
    // Of the last file splitmuxsink tells when the last unit begins.
    const Feed &last = reference();
    const bool is_last = last.is_done() && last.end() - end <= last.last_duration();
    if (is_last)
        end = last.end();
    if (!finish(open, end, is_last ? reason_of_end() : cuts_.lock()->reason_at(end, "limit")))
        return;
    for (const auto &feed : feeds_)
        feed->note_written(end);
}

// That of a clip is told when its queues have ended, whoever ended them.
const char *Writer::reason_of_end() const {
    const std::string reason = end_reason_.load();
    return target_.event && reason == "end" ? target_.event->end_reason : end_reason_;
}

void Writer::salvage(const Open &open) {
    const auto length = open.file->cut_to_whole(target_.settings.format);
    if (!length)
        return;
    if (target_.settings.format == Format::Mp4)
        salvage_mp4(open, *length);
    else
        salvage_whole_gops(open);
}

// What is not in the fragments is lost.
void Writer::salvage_mp4(const Open &open, uint64_t length) {
    const auto zero = fragment_times_.earliest();
    if (!zero)
        return;
    RunningTime end = open.start;
    std::vector<RunningTime> decoded(feeds_.size(), open.start);
    for (const auto &[track, after] : open.file->media_ends(length)) {
        if (track == 0 || track > feeds_.size())
            continue;
        const size_t i = track - 1;
        decoded[i] = since_origin(*zero) + after;
        if (feeds_[i].get() == &reference())
            end = open.start + decoded[i] - since_origin(fragment_times_.first(track).value_or(*zero));
    }
    if (!finish(open, end, "error"))
        return;
    for (size_t i = 0; i < feeds_.size(); i++)
        feeds_[i]->note_decoded(decoded[i]);
}

// GOPs that the muxer was surely through with: there may be more in the file, but no less.
void Writer::salvage_whole_gops(const Open &open) {
    RunningTime end = open.start;
    for (size_t i = 0; i < feeds_.size(); i++) {
        const auto passed = progress_.passed(i + 1);
        if (passed && feeds_[i].get() == &reference())
            end = feeds_[i]->last_key_decoded_until(since_origin(*passed)).value_or(end);
    }
    if (!finish(open, end, "error"))
        return;
    for (const auto &feed : feeds_)
        feed->note_written(end);
}

void Writer::describe(IndexEntry &entry, const Open &open, RunningTime end) {
    entry.name = target_.index.name_of(open.file->path());
    entry.camera = target_.settings.camera;
    entry.mapping = mapping_;
    entry.start = open.start_time;
    entry.end = open.start_time + (end - open.start);
    std::vector<RunningTime> keys;
    if (target_.event) {
        entry.event = target_.event->id;
        entry.event_start = target_.event->start;
    }
    for (const auto &feed : feeds_) {
        entry.tracks.emplace_back(gst_structure_get_name(gst_caps_get_structure(feed->caps(), 0)));
        const auto times = feed->key_frames_until(end);
        keys.insert(keys.end(), times.begin(), times.end());
        entry.holes += feed->queue().holes_until(end);
    }
    entry.key_frames = keys.size();
    for (size_t i = 0; i < keys.size(); i += keys.size() / (kMostKeyOffsets + 1) + 1)
        entry.key_offsets.push_back(keys[i] - open.start);
}

bool Writer::finish(const Open &open, RunningTime end, const char *reason) {
    IndexEntry entry;
    entry.reason = reason;
    describe(entry, open, end);
    const auto outcome = open.file->finish([&](uint64_t bytes) {
        entry.bytes = bytes;
        return target_.index.append(entry);
    });
    if (!outcome) {
        fail("Cannot finish '" + open.file->path() + "'", outcome.error().message);
        return false;
    }
    target_.teller->segment(open.file->path(), entry);
    if (target_.aftercare)
        target_.aftercare->finished(open.file->path(), entry);
    if (!failed_)
        target_.teller->resumed();
    return true;
}

void Writer::fail(const std::string &what, const std::string &why) {
    failed_ = true;
    events_.failed(what + ": " + why + ".");
}

}  // namespace recordsink

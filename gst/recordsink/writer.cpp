// SPDX-License-Identifier: LGPL-2.1-or-later
#include "writer.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cerrno>

#include "fragment_runs.h"

namespace recordsink {

using rtspcore::Ref;

namespace {

constexpr int64_t kMillisecond = 1'000'000;

void set(GstElement *element, const char *name, const std::string &value) {
    gst_util_set_object_arg(G_OBJECT(element), name, value.c_str());
}

RunningTime running_time_of(const GstMessage *message) {
    GstClockTime time = 0;
    gst_structure_get_clock_time(gst_message_get_structure(const_cast<GstMessage *>(message)), "running-time", &time);
    return static_cast<RunningTime>(time);
}

// In milliseconds.
unsigned picture_duration(const Sources &sources) {
    constexpr unsigned kUsual = 40;
    for (const Source &source : sources) {
        const auto caps = source.caps();
        int rate = 0;
        int per = 1;
        if (source.track->is_video() && caps &&
            gst_structure_get_fraction(gst_caps_get_structure(caps.get(), 0), "framerate", &rate, &per) && rate > 0)
            return static_cast<unsigned>(1000LL * per / rate);
    }
    return kUsual;
}

// How long fragments are, so that a crash costs no more than `promised`: beside the fragment that is being filled the
// pictures that splitmuxsink, the muxer and the thread between them hold, and what a busy machine adds. Milliseconds.
unsigned muxers_fragment(unsigned promised, const Sources &sources) {
    const unsigned held = std::min(3 * picture_duration(sources), promised / 2);
    return std::min(promised - held, promised * 3 / 4);
}

// "No space left on the resource.", for one, but others without a dot.
std::string without_dot(std::string text) {
    if (!text.empty() && text.back() == '.')
        text.pop_back();
    return text;
}

// That of filesink when the disk is full has no number of errno.
rtspcore::Failure<int> failure_of(GstMessage *message) {
    GError *error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    const bool is_full = g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
    rtspcore::Failure<int> failure{is_full ? ENOSPC : 0, is_full ? g_strerror(ENOSPC) : without_dot(error->message)};
    g_error_free(error);
    return failure;
}

}  // namespace

Writer::Writer(Target target, Events events)
    : target_(std::move(target)),
      events_(std::move(events)),
      location_(target_.location),
      cut_plan_(bounds(), target_.asked_cuts) {}

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

CutPlan::Bounds Writer::bounds() const {
    const Settings &settings = target_.settings;
    return {settings.segment_duration * kMillisecond, settings.segment_bytes, target_.asked_cuts && settings.align};
}

bool Writer::start(const Sources &sources) {
    tell_mapping(sources);
    if (!make_elements(muxers_fragment(target_.settings.fragment_duration, sources)))
        return false;
    // splitmuxsink cuts by the first one where there is no video: not by what comes now and then.
    Sources ordered = sources;
    std::stable_partition(ordered.begin(), ordered.end(), [](const Source &s) { return !s.track->is_sparse(); });
    for (const Source &source : ordered)
        if (!add_feed(source))
            return false;
    reference().on_key([this](const Unit &key) { consider_cut(key); });
    if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        fail("Cannot start to record: splitmuxsink did not start.");
        return false;
    }
    for (size_t i = 0; i < feeds_.size(); i++)
        if (!feeds_[i]->start(sinks_[i].get())) {
            fail("Cannot start to record: a stream could not be linked.");
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

// splitmuxsink cuts at the first of its GOPs that begins then or later: behind all that are there. Key frames with
// leading pictures (open GOPs) begin with these.
void Writer::consider_cut(const Unit &key) {
    const RunningTime latest = reference().latest_gop();
    if (key.time <= latest)
        return;
    const CutPlan::Step step = cut_plan_.at_key(key, passed_bytes());
    if (step.wanted_key && reference().track().is_video())
        reference().track().push_upstream(gst_video_event_new_upstream_force_key_unit(
            static_cast<GstClockTime>(std::max<RunningTime>(*step.wanted_key, 0)), TRUE, 0));
    if (!step.cut)
        return;
    cuts_.lock()->add(key.time, key.decoded(), step.cut);
    g_signal_emit_by_name(splitmux_, "split-at-running-time", static_cast<GstClockTime>(latest + 1));
}

bool Writer::make_elements(unsigned fragment) {
    pipeline_ = Ref<GstElement>::sink(gst_pipeline_new(nullptr));
    bus_ = Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.get()));
    gst_bus_set_sync_handler(bus_.get(), take_message, this, nullptr);
    splitmux_ = gst_element_factory_make("splitmuxsink", nullptr);
    GstElement *muxer = gst_element_factory_make(muxer_of(target_.settings.format), nullptr);
    GstElement *sink = gst_element_factory_make("filesink", nullptr);
    if (!splitmux_ || !muxer || !sink) {
        for (GstElement *element : {splitmux_, muxer, sink})
            Ref<GstElement>::sink(element);
        fail("Cannot record: splitmuxsink or a muxer is not installed. Install gst-plugins-good.");
        return false;
    }
    set_up_muxer(muxer, fragment);
    // What is not in the kernel yet would be lost with the process.
    set(sink, "buffer-mode", "unbuffered");
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(sink, "sink"));
    const auto data = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
    gst_pad_add_probe(pad.get(), data, take_bytes, this, nullptr);
    if (target_.settings.format == Format::Mp4) {
        fragment_times_.watch(muxer, pad.get());
        give_places_to_runs(pad.get());
    }
    progress_.watch(muxer);
    SmallGops::show_to(muxer);
    g_object_set(splitmux_, "muxer", muxer, "sink", sink, nullptr);
    g_signal_connect(splitmux_, "format-location-full", G_CALLBACK(name_file), this);
    return gst_bin_add(GST_BIN(pipeline_.get()), splitmux_);
}

void Writer::set_up_muxer(GstElement *muxer, unsigned fragment) const {
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
        fail("Cannot start to record: splitmuxsink has no pad '" + name + "'.");
        return false;
    }
    sinks_.push_back(std::move(sink));
    // At once: what comes fast has ended before the recorder knows.
    const auto take_new_caps = [this] {
        wind_up(false);
        events_.restart();
    };
    feeds_.push_back(
        std::make_unique<Feed>(source, source.caps(), Feed::Events{take_new_caps, [this] { return newest(); }}));
    return true;
}

void Writer::wind_up(bool now) {
    wound_up_ = true;
    for (const auto &feed : feeds_)
        feed->queue().stop_taking(now || !feed->track().is_video());
}

bool Writer::has(const Track *track) const {
    return std::any_of(feeds_.begin(), feeds_.end(), [&](const auto &feed) { return &feed->track() == track; });
}

bool Writer::takes(const Track *track) const {
    return std::any_of(feeds_.begin(), feeds_.end(),
                       [&](const auto &feed) { return &feed->track() == track && !feed->is_done(); });
}

// splitmuxsink's: the video, or the first of the others. From 1, as in the files.
size_t Writer::reference_number() const {
    const auto video =
        std::find_if(feeds_.begin(), feeds_.end(), [](const auto &feed) { return feed->track().is_video(); });
    return video == feeds_.end() ? 1 : static_cast<size_t>(video - feeds_.begin()) + 1;
}

uint64_t Writer::passed_bytes() const {
    uint64_t bytes = 0;
    for (const auto &feed : feeds_)
        bytes += feed->passed_bytes();
    return bytes;
}

std::optional<RunningTime> Writer::newest() const {
    std::optional<RunningTime> newest;
    for (const auto &feed : feeds_)
        if (const auto of_feed = feed->queue().newest())
            newest = std::max(newest.value_or(*of_feed), *of_feed);
    return newest;
}

GstBusSyncReply Writer::take_message(GstBus *, GstMessage *message, gpointer writer) {
    auto *self = static_cast<Writer *>(writer);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        self->fail("Cannot write to '" + self->location_.root() + "'", failure_of(message));
    else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
        self->events_.ended();
    else if (gst_message_has_name(message, "splitmuxsink-fragment-closed"))
        self->close_file(running_time_of(message));
    gst_message_unref(message);
    return GST_BUS_DROP;
}

void Writer::fail(const std::string &what, const rtspcore::Failure<int> &why) {
    fail(rtspcore::Failure<int>{why.code, what + ": " + why.message});
}

void Writer::fail(const rtspcore::Failure<int> &why) {
    const bool is_full = why.code == ENOSPC || why.code == EDQUOT;
    fail(why.message + "." +
         (is_full ? " Free some space, or let 'min-free-bytes' delete the oldest segments in time." : ""));
}

void Writer::fail(const std::string &text) {
    failed_ = true;
    events_.failed(text);
}

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "record_sink.h"

#include <gst/video/video.h>

#include <algorithm>
#include <climits>

#include "element_time.h"
#include "log.h"

namespace recordsink {

using rtspcore::Ref;

namespace {

// Empty when there is nothing wrong.
template <typename Pattern>
std::string fault_of(const char *property, const std::string &pattern) {
    const auto parsed = Pattern::parse(pattern);
    if (parsed)
        return {};
    return "Property '" + std::string(property) + "', '" + pattern + "': " + parsed.error().message + ".";
}

std::string fault_of_align(const Settings &settings) {
    if (!settings.align || settings.segment_duration > 0)
        return {};
    return "Property 'align' is true, and 'segment-duration' 0: there is nothing to align to. Give it the milliseconds "
           "that files are to have, such as 60000, or leave 'align' out.";
}

// Most players go by what is in a file, but not all, nor do people. Empty when the name fits, or tells no format.
std::string misfit_of(const char *property, const std::string &pattern, Format format) {
    const std::string extension = pattern.substr(extension_of(pattern));
    const auto fits = [&](Format other) { return "." + std::string(nick(other)) == extension; };
    constexpr Format kFormats[] = {Format::Mp4, Format::Ts, Format::Mkv};
    if (fits(format) || std::none_of(std::begin(kFormats), std::end(kFormats), fits))
        return {};
    return "Property '" + std::string(property) + "', '" + pattern +
           "', names files of another format than 'format', " + nick(format) +
           ", which is what they will be. Write format=" + extension.substr(1) + ", or let the name end in ." +
           nick(format) + ".";
}

}  // namespace

void RecordSink::warn_of_misfits(const Settings &settings) {
    for (const std::string &misfit : {misfit_of("location", settings.location, settings.format),
                                      misfit_of("clip-location", settings.clip_location, settings.format)})
        if (!misfit.empty())
            teller_.warning({GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS}, misfit);
}

bool RecordSink::check_settings() {
    const Settings settings = this->settings();
    const bool only_events = settings.location.empty() && !settings.clip_location.empty();
    std::string fault = Delivery::problem_with(settings);
    if (!fault.empty())
        fault += ".";
    else if (!only_events)
        fault = fault_of<Location>("location", settings.location);
    if (fault.empty())
        fault = fault_of_align(settings);
    if (fault.empty() && !settings.clip_location.empty())
        fault = fault_of<ClipLocation>("clip-location", settings.clip_location);
    if (fault.empty())
        return true;
    teller_.error({GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS}, fault);
    return false;
}

std::string RecordSink::camera_of(const Settings &settings) const {
    if (!settings.camera.empty())
        return settings.camera;
    const auto name = std::unique_ptr<gchar, decltype(&g_free)>(gst_object_get_name(GST_OBJECT(element_)), g_free);
    return name.get();
}

void RecordSink::start_recorder(const Settings &settings) {
    const auto parsed = Location::parse(settings.location);
    if (!parsed)
        return;
    const Location location = parsed->of_camera(camera_of(settings));
    const Index index(location.root());
    aftercare_ = std::make_unique<Aftercare>(settings, location, index, &teller_);
    auto recorder = std::make_shared<Recorder>(
        Writer::Target{settings, location, index, &teller_, &sequence_, aftercare_.get(), &asked_cuts_, nullptr},
        [this] {
            Sources sources;
            for (const auto &track : tracks())
                sources.push_back(Source::of(track));
            return sources;
        },
        [this] { return ends_.load(); }, [this](unsigned ends) { part_ended(&Told::recorder, ends); });
    *recorder_.lock() = std::move(recorder);
}

void RecordSink::start_clips(const Settings &settings) {
    const auto parsed = ClipLocation::parse(settings.clip_location);
    if (!parsed)
        return;
    const ClipLocation location = parsed->of_camera(camera_of(settings));
    Settings of_clips = settings;
    of_clips.segment_duration = settings.clip_duration;
    of_clips.segment_bytes = 0;
    of_clips.max_age = of_clips.max_total_bytes = of_clips.min_free_bytes = 0;  // clips are kept
    const Location &any = location.any();
    const Index index(any.root());
    clip_aftercare_ = std::make_unique<Aftercare>(of_clips, any, index, &clip_teller_);
    auto clips = std::make_shared<Clips>(
        Writer::Target{of_clips, any, index, &clip_teller_, &clip_sequence_, clip_aftercare_.get(), nullptr, nullptr},
        location,
        Clips::Owner{[this] { return now(); }, [this] { return tracks(); }, [this] { return ends_.load(); },
                     [this](unsigned ends) { part_ended(&Told::clips, ends); }});
    *clips_.lock() = std::move(clips);
}

// Before it plays, the element has the clock and the base time of the run before.
std::optional<RunningTime> RecordSink::now() const {
    return has_played_ ? running_time_now(element_) : std::nullopt;
}

bool RecordSink::start() {
    has_played_ = false;
    const Settings settings = this->settings();
    for (const auto &track : tracks())
        track->start(settings);
    ends_ = 0;
    *told_.lock() = {settings.location.empty() ? UINT_MAX : 0, settings.clip_location.empty() ? UINT_MAX : 0, 0};
    if (!settings.location.empty())
        start_recorder(settings);
    if (!settings.clip_location.empty())
        start_clips(settings);
    changed();
    return true;
}

void RecordSink::stop() {
    const auto recorder = std::exchange(*recorder_.lock(), nullptr);
    const auto clips = std::exchange(*clips_.lock(), nullptr);
    if (clips)
        clips->request_stop();
    if (recorder)
        recorder->request_stop();  // before anything ends by it
    for (const auto &track : tracks())
        track->queue().end();
    if (recorder)
        recorder->stop();
    if (clips)
        clips->stop();
    for (const auto &track : tracks())
        track->stop();
    for (auto *aftercare : {&aftercare_, &clip_aftercare_}) {
        if (*aftercare)
            (*aftercare)->stop();
        aftercare->reset();
    }
}

bool RecordSink::start_event(const char *id, unsigned post) {
    const std::shared_ptr<Clips> clips = *clips_.lock();
    return clips && id && *id && clips->start_event(id, post);
}

bool RecordSink::stop_event(const char *id) {
    const std::shared_ptr<Clips> clips = *clips_.lock();
    return clips && id && clips->stop_event(id);
}

GstStateChangeReturn RecordSink::change_state(GstStateChange transition,
                                              const std::function<GstStateChangeReturn()> &parent) {
    const bool is_begun = transition == GST_STATE_CHANGE_READY_TO_PAUSED;
    // In READY they may be changed.
    if ((transition == GST_STATE_CHANGE_NULL_TO_READY || is_begun) && !check_settings())
        return GST_STATE_CHANGE_FAILURE;
    if (transition == GST_STATE_CHANGE_NULL_TO_READY)
        warn_of_misfits(settings());
    if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
        has_played_ = true;
    if (is_begun && !start())
        return GST_STATE_CHANGE_FAILURE;
    // Nobody may wait for room in a queue when the pads are to stop.
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
        for (const auto &track : tracks())
            track->queue().hurry(GopQueue::Haste::Stop, true);
        if (const std::shared_ptr<Clips> clips = *clips_.lock())
            clips->let_go();
    }
    const GstStateChangeReturn result = parent();
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY || (is_begun && result == GST_STATE_CHANGE_FAILURE))
        stop();
    return result;
}

Track::Owner RecordSink::track_owner() {
    return {GST_BIN(element_),
            &teller_,
            [this] { return settings(); },
            [this] { return now(); },
            [this] { changed(); },
            [this] { ends_++; },
            [this](const Track &track, const Unit &unit, bool wait) {
                if (const std::shared_ptr<Clips> clips = *clips_.lock())
                    clips->take(track, unit, wait);
            },
            [this](const Track &track, bool flushing) {
                const std::shared_ptr<Clips> clips = *clips_.lock();
                if (!clips)
                    return;
                clips->set_flushing(track, flushing);
                if (!flushing)
                    clips->forget(track);
            },
            [this](Track &track) { return claim_video(track); }};
}

// Of two whose caps come at once, one only.
std::optional<std::string> RecordSink::claim_video(Track &track) {
    auto pads = pads_.lock();
    for (const auto &other : pads->tracks)
        if (other.get() != &track && other->is_video() && !other->queue().ended())
            return GST_PAD_NAME(other->pad());
    track.claim_video(pads->next_video++);
    return std::nullopt;
}

// That no pad has: some were asked for by their name.
std::string RecordSink::free_name() {
    auto pads = pads_.lock();
    std::string name;
    do
        name = "sink_" + std::to_string(pads->next++);
    while (std::any_of(pads->tracks.begin(), pads->tracks.end(),
                       [&](const auto &track) { return name == GST_PAD_NAME(track->pad()); }));
    return name;
}

GstPad *RecordSink::add_pad(GstPadTemplate *templ, const char *name) {
    const bool is_named = name && !strchr(name, '%');
    const std::string own = is_named ? name : free_name();
    GstPad *pad = gst_ghost_pad_new_no_target_from_template(own.c_str(), templ);
    auto track = std::make_shared<Track>(track_owner(), Ref<GstPad>::share(pad));
    track->start(settings());
    pads_.lock()->tracks.push_back(track);
    gst_pad_set_active(pad, TRUE);
    if (!gst_element_add_pad(element_, pad)) {
        remove_pad(pad);
        return nullptr;
    }
    return pad;
}

void RecordSink::remove_pad(GstPad *pad) {
    std::shared_ptr<Track> removed;
    {
        auto pads = pads_.lock();
        const auto found = std::find_if(pads->tracks.begin(), pads->tracks.end(),
                                        [&](const auto &track) { return track->pad() == pad; });
        if (found == pads->tracks.end())
            return;
        removed = *found;
        pads->tracks.erase(found);
    }
    const std::shared_ptr<Clips> clips = *clips_.lock();
    removed->queue().hurry(GopQueue::Haste::Stop, true);
    if (clips)
        clips->set_flushing(*removed, true);
    gst_pad_set_active(pad, FALSE);
    removed->detach();
    removed->tell(removed->queue().close_hole());
    removed->queue().end();
    if (clips) {
        clips->set_flushing(*removed, false);
        clips->forget(*removed);
    }
    if (GST_OBJECT_PARENT(pad) == GST_OBJECT(element_))
        gst_element_remove_pad(element_, pad);
    changed();
}

void RecordSink::remove_all_pads() {
    for (const auto &track : tracks())
        remove_pad(track->pad());
}

void RecordSink::changed() {
    if (const std::shared_ptr<Recorder> recorder = *recorder_.lock())
        recorder->changed();
    if (const std::shared_ptr<Clips> clips = *clips_.lock())
        clips->changed();
}

void RecordSink::part_ended(unsigned Told::*part, unsigned ends) {
    auto told = told_.lock();
    (*told).*part = ends;
    const unsigned of_both = std::min(told->recorder, told->clips);
    if (of_both <= told->posted)
        return;
    told->posted = of_both;
    told.unlock();
    post_eos();
}

void RecordSink::post_eos() {
    GstMessage *message = gst_message_new_eos(GST_OBJECT(element_));
    for (const auto &track : tracks())
        if (track->end_sequence() != 0)
            gst_message_set_seqnum(message, track->end_sequence());
    gst_element_post_message(element_, message);
}

void RecordSink::split_now() {
    asked_cuts_++;
    for (const auto &track : tracks())
        if (track->is_video())
            track->push_upstream(gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

GstStructure *RecordSink::statistics() {
    GopQueue::Level sum;
    for (const auto &track : tracks()) {
        const GopQueue::Level level = track->queue().level();
        sum.bytes += level.bytes;
        sum.duration = std::max(sum.duration, level.duration);
        sum.dropped_units += level.dropped_units;
        sum.dropped_bytes += level.dropped_bytes;
        sum.dropped_duration = std::max(sum.dropped_duration, level.dropped_duration);
        sum.holes += level.holes;
    }
    GstStructure *stats = gst_structure_new(
        "recordsink", "queue-bytes", G_TYPE_UINT64, sum.bytes, "queue-duration", G_TYPE_INT64, sum.duration,
        "dropped-units", G_TYPE_UINT64, sum.dropped_units, "dropped-bytes", G_TYPE_UINT64, sum.dropped_bytes,
        "dropped-duration", G_TYPE_INT64, sum.dropped_duration, "holes", G_TYPE_UINT64, sum.holes, nullptr);
    teller_.add_counts(stats);
    clip_teller_.add_counts(stats, "clip-");
    Clips::Level clips;
    if (const std::shared_ptr<Clips> running = *clips_.lock())
        clips = running->level();
    gst_structure_set(stats, "clips", G_TYPE_UINT, static_cast<guint>(clips.open), "pre-event-bytes", G_TYPE_UINT64,
                      clips.bytes, nullptr);
    return stats;
}

}  // namespace recordsink

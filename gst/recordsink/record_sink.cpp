// SPDX-License-Identifier: LGPL-2.1-or-later
#include "record_sink.h"

#include <gst/video/video.h>

#include <algorithm>

#include "log.h"

namespace recordsink {

using rtspcore::Ref;

bool RecordSink::check_settings() {
    const Settings settings = this->settings();
    if (const std::string problem = Delivery::problem_with(settings); !problem.empty()) {
        teller_.error({GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS}, problem + ".");
        return false;
    }
    const std::string &location = settings.location;
    const auto parsed = Location::parse(location);
    if (parsed)
        return true;
    teller_.error({GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS},
                  "Property 'location', '" + location + "': " + parsed.error().message + ".");
    return false;
}

bool RecordSink::start() {
    const Settings settings = this->settings();
    auto location = Location::parse(settings.location);
    if (!location)
        return false;
    for (const auto &track : tracks())
        track->start(settings);
    const auto name = std::unique_ptr<gchar, decltype(&g_free)>(gst_object_get_name(GST_OBJECT(element_)), g_free);
    location = location->of_camera(settings.camera.empty() ? name.get() : settings.camera);
    Index index(location->root());
    aftercare_ = std::make_unique<Aftercare>(settings, *location, index, &teller_);
    auto recorder = std::make_shared<Recorder>(
        Writer::Target{settings, std::move(*location), std::move(index), &teller_, &sequence_, aftercare_.get(),
                       &asked_cuts_},
        [this] { return tracks(); }, [this] { post_eos(); });
    *recorder_.lock() = std::move(recorder);
    changed();
    return true;
}

void RecordSink::stop() {
    const auto recorder = std::exchange(*recorder_.lock(), nullptr);
    for (const auto &track : tracks())
        track->queue().end();
    if (recorder)
        recorder->stop();
    for (const auto &track : tracks())
        track->queue().flush(true);
    if (aftercare_)
        aftercare_->stop();
    aftercare_.reset();
}

GstStateChangeReturn RecordSink::change_state(GstStateChange transition,
                                              const std::function<GstStateChangeReturn()> &parent) {
    if (transition == GST_STATE_CHANGE_NULL_TO_READY && !check_settings())
        return GST_STATE_CHANGE_FAILURE;
    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start())
        return GST_STATE_CHANGE_FAILURE;
    // Nobody may wait for room in a queue when the pads are to stop.
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
        for (const auto &track : tracks())
            track->queue().set_impatient(true);
    const GstStateChangeReturn result = parent();
    const bool failed = result == GST_STATE_CHANGE_FAILURE && transition == GST_STATE_CHANGE_READY_TO_PAUSED;
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY || failed)
        stop();
    return result;
}

GstPad *RecordSink::add_pad(GstPadTemplate *templ, const char *name) {
    auto access = pads_.lock();
    const unsigned number = access->next++;
    access.unlock();
    const std::string own = "sink_" + std::to_string(number);
    const bool is_named = name && !strchr(name, '%');
    GstPad *pad = gst_ghost_pad_new_no_target_from_template(is_named ? name : own.c_str(), templ);
    auto track = std::make_shared<Track>(
        Track::Owner{GST_BIN(element_), &teller_, [this] { return settings(); }, [this] { changed(); }},
        Ref<GstPad>::share(pad));
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
    removed->queue().set_impatient(true);
    gst_pad_set_active(pad, FALSE);
    removed->detach();
    removed->queue().end();
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
    return stats;
}

}  // namespace recordsink

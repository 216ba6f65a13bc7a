// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What becomes of the files of a Writer: opened, synced, ended, listed; saved, when the disk fails.
#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "log.h"
#include "writer.h"

namespace recordsink {

namespace {

// Cannot be opened: splitmuxsink would go on with the name before.
constexpr const char *kNowhere = "/dev/null/.";

// In a line of the index; of a stream with more key frames each n-th.
constexpr size_t kMostKeyOffsets = 1000;

int64_t monotonic_nanoseconds() {
    return rtspcore::monotonic_now().time_since_epoch().count();
}

RunningTime since_origin(GstClockTime time) {
    return static_cast<RunningTime>(time - kTimeOrigin);
}

}  // namespace

gchar *Writer::name_file(GstElement *, guint, GstSample *first, gpointer writer) {
    return g_strdup(static_cast<Writer *>(writer)->open_file(first).c_str());
}

std::string Writer::open_file(GstSample *first) {
    GstBuffer *buffer = first ? gst_sample_get_buffer(first) : nullptr;
    Open open;
    fragment_ends_ = {};
    fragment_times_.begin_file();
    progress_.begin_file();
    open.start = buffer ? since_origin(GST_BUFFER_PTS(buffer)) : reference().end();
    open.start_time = open.start + reference().capture_offset_at(open.start);
    const std::string path = location_.expand(open.start_time, (*target_.sequence)++);
    auto file = SegmentFile::create(path);
    if (!file) {
        fail(file.error());
        return kNowhere;
    }
    open.file = std::move(*file);
    target_.index.reserve();
    last_sync_ = last_fragment_ = monotonic_nanoseconds();
    longest_fragment_ = 0;
    std::string part = open.file->part_path();
    GST_INFO_OBJECT(splitmux_, "writing %s", part.c_str());
    *open_.lock() = std::move(open);
    return part;
}

// What is written goes to the disk at once, where that is due: so it is written here.
GstPadProbeReturn Writer::take_bytes(GstPad *pad, GstPadProbeInfo *info, gpointer writer) {
    auto *self = static_cast<Writer *>(writer);
    if (self->is_writing_ || !self->is_sync_due(info))
        return GST_PAD_PROBE_OK;
    const bool is_list = GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER_LIST;
    self->is_writing_ = true;
    const GstFlowReturn written = is_list ? gst_pad_chain_list(pad, GST_PAD_PROBE_INFO_BUFFER_LIST(info))
                                          : gst_pad_chain(pad, GST_PAD_PROBE_INFO_BUFFER(info));
    self->is_writing_ = false;
    GST_PAD_PROBE_INFO_FLOW_RETURN(info) = written;
    if (written == GST_FLOW_OK)
        self->sync_file();
    return GST_PAD_PROBE_HANDLED;
}

// Of MP4 at the end of a fragment of the video, if it would be late at the end of the next one.
bool Writer::is_sync_due(GstPadProbeInfo *info) {
    const int64_t now = monotonic_nanoseconds();
    const auto period = static_cast<int64_t>(target_.settings.fragment_duration * GST_MSECOND) * 3 / 4;
    if (target_.settings.format != Format::Mp4)
        return now - last_sync_ >= period;
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER_LIST)
        return false;  // mp4mux gives none
    const auto track = fragment_ends_.take(GST_PAD_PROBE_INFO_BUFFER(info));
    if (!track || *track != reference_number())
        return false;
    longest_fragment_ = std::max(longest_fragment_, now - std::exchange(last_fragment_, now));
    return now - last_sync_ + longest_fragment_ >= period;
}

void Writer::sync_file() {
    const int64_t now = last_sync_ = monotonic_nanoseconds();
    const std::shared_ptr<SegmentFile> file = open_.lock()->file;
    if (!file)
        return;
    const auto outcome = file->sync();
    target_.teller->disk_latency().note(monotonic_nanoseconds() - now);
    if (outcome)
        progress_.note_synced();
    else
        fail("Cannot write '" + file->part_path() + "'", outcome.error());
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

// splitmuxsink opens a file as well when streams end that never had anything for this writer.
bool Writer::has_media() const {
    return std::any_of(feeds_.begin(), feeds_.end(), [](const auto &feed) { return feed->has_unwritten(); });
}

void Writer::conclude(const Open &open, RunningTime end) {
    if (!has_media())
        return open.file->remove();
    const auto last_taken = progress_.taken(reference_number());
    const char *reason = cuts_.lock()->reason_at(end, last_taken ? since_origin(*last_taken) : open.start);
    // Of the last file splitmuxsink tells when the last unit begins.
    if (!reason && reference().is_done()) {
        reason = reason_of_end();
        end = reference().end();
    }
    if (!finish(open, end, reason ? reason : "limit")) {
        if (open.file->is_damaged())
            salvage(open);
        return;
    }
    for (const auto &feed : feeds_)
        feed->note_written(end);
}

// That of a clip is told when its queues have ended, whoever ended them.
const char *Writer::reason_of_end() const {
    if (wound_up_)
        return "caps";
    if (target_.event)
        return target_.event->end_reason;
    return events_.is_stopping() ? "stop" : "end";
}

void Writer::salvage(const Open &open) {
    if (!has_media())
        return open.file->remove();
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
        const auto passed = open.file->is_damaged() ? progress_.synced(i + 1) : progress_.passed(i + 1);
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
    entry.end = end > open.start ? end + reference().capture_offset_at(end - 1) : open.start_time;
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
        fail("Cannot finish '" + open.file->path() + "'", outcome.error());
        return false;
    }
    target_.teller->segment(open.file->path(), entry);
    if (target_.aftercare)
        target_.aftercare->finished(open.file->path(), entry);
    if (!failed_)
        target_.teller->resumed();
    return true;
}

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "aftercare.h"
#include "base/guarded.h"
#include "cut_plan.h"
#include "feed.h"
#include "fragment_ends.h"
#include "fragment_times.h"
#include "index.h"
#include "muxer_progress.h"
#include "segment_file.h"
#include "settings.h"
#include "teller.h"

namespace recordsink {

// splitmuxsink in a pipeline of its own, with a feed per track, so that whatever happens to the disk happens here. It
// is made for a fixed set of tracks and caps, and thrown away when these change or writing fails.
//
// Thread: confined to the recorder's, but for the files, which are opened and ended on splitmuxsink's.
class Writer {
public:
    struct Events {
        std::function<void(std::string)> failed;
        std::function<void()> ended;    // the last file is finished
        std::function<void()> restart;  // the caps of a track changed
        std::function<bool()> is_stopping;
    };
    struct Target {
        Settings settings;
        Location location;
        Index index;
        Teller *teller;                                     // borrowed
        std::atomic<unsigned> *sequence;                    // borrowed; of the next file
        Aftercare *aftercare = nullptr;                     // borrowed; null: nothing becomes of the files
        const std::atomic<unsigned> *asked_cuts = nullptr;  // borrowed; null: files are cut by their bounds only
        std::shared_ptr<Event> event = nullptr;             // that the files are a clip of, else null
    };

    // Events come on any thread, until the destructor returns.
    Writer(Target target, Events events);
    // Blocks until the disk has taken, or refused, what is under way. A file that is still open ends with its last
    // whole fragment.
    ~Writer();
    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;

    // False when an element is missing or does not start; `failed` tells.
    [[nodiscard]] bool start(const Sources &sources);
    // Its tracks are others now: the file ends when the video comes to a key frame; or with `now` at once. Safe.
    void wind_up(bool now);
    [[nodiscard]] bool has(const Track *track) const;
    // It has the track, and takes what comes of it.
    [[nodiscard]] bool takes(const Track *track) const;

private:
    // The file that is being written.
    struct Open {
        std::shared_ptr<SegmentFile> file;
        RunningTime start = 0;
        UnixTime start_time = 0;
    };

    static gchar *name_file(GstElement *splitmux, guint, GstSample *first, gpointer writer);
    static GstPadProbeReturn take_bytes(GstPad *pad, GstPadProbeInfo *info, gpointer writer);
    static GstBusSyncReply take_message(GstBus *bus, GstMessage *message, gpointer writer);

    [[nodiscard]] bool make_elements(unsigned fragment);
    void set_up_muxer(GstElement *muxer, unsigned fragment) const;
    void tell_mapping(const Sources &sources);
    void consider_cut(const Unit &key);
    [[nodiscard]] CutPlan::Bounds bounds() const;
    [[nodiscard]] bool add_feed(const Source &source);
    std::string open_file(GstSample *first);
    void close_file(RunningTime end);
    [[nodiscard]] bool is_sync_due(GstPadProbeInfo *info);
    void sync_file();
    void conclude(const Open &open, RunningTime end);
    void salvage(const Open &open);
    [[nodiscard]] bool has_media() const;
    void salvage_mp4(const Open &open, uint64_t length);
    void salvage_whole_gops(const Open &open);
    // False: it has not got its name.
    [[nodiscard]] bool finish(const Open &open, RunningTime end, const char *reason);
    void fail(const std::string &text);
    // Of the disk; the code is an errno.
    void fail(const rtspcore::Failure<int> &why);
    void fail(const std::string &what, const rtspcore::Failure<int> &why);
    void describe(IndexEntry &entry, const Open &open, RunningTime end);
    [[nodiscard]] size_t reference_number() const;
    [[nodiscard]] Feed &reference() const { return *feeds_[reference_number() - 1]; }
    [[nodiscard]] std::optional<RunningTime> newest() const;
    [[nodiscard]] uint64_t passed_bytes() const;
    [[nodiscard]] const char *reason_of_end() const;

    const Target target_;
    const Events events_;
    rtspcore::Ref<GstElement> pipeline_;
    rtspcore::Ref<GstBus> bus_;
    GstElement *splitmux_ = nullptr;            // the pipeline's
    std::vector<rtspcore::Ref<GstPad>> sinks_;  // of splitmuxsink, one for each of
    std::vector<std::unique_ptr<Feed>> feeds_;
    Location location_;
    std::string mapping_;
    CutPlan cut_plan_;
    FragmentEnds fragment_ends_;
    FragmentTimes fragment_times_;
    MuxerProgress progress_;
    rtspcore::Guarded<Cuts> cuts_;
    rtspcore::Guarded<Open> open_;
    // Of the thread that writes a file; times by the clock, in nanoseconds.
    int64_t last_sync_ = 0;
    int64_t last_fragment_ = 0;
    int64_t longest_fragment_ = 0;
    bool is_writing_ = false;
    std::atomic<bool> failed_{false};
    std::atomic<bool> wound_up_{false};
};

}  // namespace recordsink

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "feed.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "log.h"

namespace recordsink {

using rtspcore::Ref;
using std::chrono::milliseconds;

namespace {

// A stream that is silent for so long is not waited for.
constexpr milliseconds kPatience{1000};
constexpr milliseconds kAgain{200};
// How far behind the others it is taken to be, should it go on.
constexpr RunningTime kMargin = 500'000'000;
// Only where a gap begins counts, to splitmuxsink.
constexpr RunningTime kGap = 100'000'000;
// Of those that are in no file yet; older ones are put together.
constexpr size_t kMostPieces = 4096;
constexpr size_t kMostOffsets = 4096;
// Of times in a file, which are whole ticks of its clock.
constexpr RunningTime kRounding = 1'000'000;
constexpr int64_t kSameOffset = 1'000'000;

Hole together(const Hole &a, const Hole &b) {
    return {std::min(a.start, b.start), std::max(a.end, b.end), a.units + b.units, a.bytes + b.bytes};
}

}  // namespace

Feed::Feed(Source source, Ref<GstCaps> caps, Events events)
    : source_(std::move(source)),
      caps_(std::move(caps)),
      events_(std::move(events)),
      entry_(Ref<GstPad>::sink(gst_pad_new("queued", GST_PAD_SRC))) {
    gst_pad_set_query_function(entry_.get(), answer);
}

bool Feed::start(GstPad *sink) {
    if (!GST_PAD_LINK_SUCCESSFUL(gst_pad_link_full(entry_.get(), sink, GST_PAD_LINK_CHECK_NOTHING)))
        return false;
    gst_pad_set_active(entry_.get(), TRUE);
    source_.tell(queue().start_taking());
    return gst_pad_start_task(entry_.get(), run, this, nullptr);
}

void Feed::stop() {
    queue().stop_taking(true);
    gst_pad_set_active(entry_.get(), FALSE);
    gst_pad_stop_task(entry_.get());
    if (const auto peer = Ref<GstPad>::adopt(gst_pad_get_peer(entry_.get())))
        gst_pad_unlink(entry_.get(), peer.get());
}

// However live upstream is, behind the queue nobody waits for it.
gboolean Feed::answer(GstPad *pad, GstObject *parent, GstQuery *query) {
    if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY)
        return gst_pad_query_default(pad, parent, query);
    gst_query_set_latency(query, FALSE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
}

void Feed::run(gpointer feed) {
    static_cast<Feed *>(feed)->step();
}

void Feed::begin() {
    begun_ = true;
    gst_pad_push_event(entry_.get(), gst_event_new_stream_start(GST_PAD_NAME(track().pad())));
    gst_pad_push_event(entry_.get(), gst_event_new_caps(const_cast<GstCaps *>(caps_.get())));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.start = kTimeOrigin;
    gst_pad_push_event(entry_.get(), gst_event_new_segment(&segment));
}

void Feed::step() {
    if (!begun_)
        begin();
    Unit unit;
    const GopQueue::Outcome outcome = queue().take(caps_.get(), unit, is_silent_ ? kAgain : kPatience);
    is_silent_ = outcome == GopQueue::Outcome::Nothing;
    if (outcome == GopQueue::Outcome::Unit)
        pass(std::move(unit));
    else if (is_silent_)
        tell_silence();
    else
        end_stream(outcome);
}

void Feed::pass(Unit unit) {
    note_offset(unit);
    end_ = std::max(end_.load(), unit.time + unit.duration);
    told_until_ = std::max(told_until_, end_.load());
    note_taken(unit);
    if (unit.key && track().is_video())
        key_times_.lock()->push_back(unit.time);
    if (unit.key && before_key_)
        before_key_(unit);
    passed_bytes_ += unit.bytes;
    gops_.prepare(unit);
    if (gst_pad_push(entry_.get(), unit.buffer.release()) == GST_FLOW_OK)
        return;
    GST_DEBUG_OBJECT(track().pad(), "the writer takes nothing more");
    gst_pad_pause_task(entry_.get());
}

// The two clocks do not run alike: it is a little different each time.
void Feed::note_offset(const Unit &unit) {
    auto offsets = offsets_.lock();
    const bool begins_gop = unit.key && track().is_video();
    if (begins_gop || offsets->empty() || std::abs(unit.capture_offset - offsets->back().value) > kSameOffset)
        offsets->push_back({unit.time, unit.capture_offset});
    if (offsets->size() > kMostOffsets)
        offsets->pop_front();
}

int64_t Feed::capture_offset_at(RunningTime time) {
    auto offsets = offsets_.lock();
    while (offsets->size() > 1 && (*offsets)[1].from <= time)
        offsets->pop_front();
    return offsets->empty() ? 0 : offsets->front().value;
}

void Feed::note_taken(const Unit &unit) {
    auto taken = taken_.lock();
    taken->push_back({{unit.time, unit.time + unit.duration, 1, unit.bytes}, unit.decoded(), unit.key});
    if (taken->size() <= kMostPieces)
        return;
    const Hole oldest = taken->front().hole;
    taken->pop_front();
    taken->front().hole = together(oldest, taken->front().hole);
    taken->front().key = false;
}

void Feed::note_written(RunningTime end) {
    auto taken = taken_.lock();
    while (!taken->empty() && taken->front().hole.start < end)
        taken->pop_front();
}

void Feed::note_decoded(RunningTime end) {
    auto taken = taken_.lock();
    while (!taken->empty() && taken->front().decoded + kRounding < end)
        taken->pop_front();
}

// splitmuxsink and the muxers wait for each stream: they are told that there is nothing of this one. By a buffer, since
// splitmuxsink (1.22) does not go on for a GAP event; muxers leave out what is empty.
void Feed::tell_silence() {
    // It would cut at what is no key frame; who made the writer looks after that.
    if (track().is_video())
        return;
    const auto newest = events_.newest_of_all();
    if (!newest)
        return;
    const RunningTime until = *newest - kMargin;
    const RunningTime from = std::max(told_until_, until - kGap);
    if (until <= from)
        return;
    told_until_ = until;
    GstBuffer *nothing = gst_buffer_new();
    GST_BUFFER_PTS(nothing) = GST_BUFFER_DTS(nothing) = kTimeOrigin + static_cast<GstClockTime>(from);
    GST_BUFFER_DURATION(nothing) = static_cast<GstClockTime>(until - from);
    GST_BUFFER_FLAG_SET(nothing, GST_BUFFER_FLAG_GAP | GST_BUFFER_FLAG_DROPPABLE);
    gops_.note(from);
    if (gst_pad_push(entry_.get(), nothing) != GST_FLOW_OK)
        gst_pad_pause_task(entry_.get());
}

void Feed::end_stream(GopQueue::Outcome outcome) {
    if (outcome == GopQueue::Outcome::NewCaps)
        events_.new_caps();
    done_ = true;
    gst_pad_push_event(entry_.get(), gst_event_new_eos());
    gst_pad_pause_task(entry_.get());
}

void Feed::tell_lost() {
    const Pieces taken = std::exchange(*taken_.lock(), {});
    if (taken.empty())
        return;
    Hole lost = taken.front().hole;
    for (auto piece = std::next(taken.begin()); piece != taken.end(); ++piece)
        lost = together(lost, piece->hole);
    queue().add_lost(lost);
    source_.tell(lost);
}

std::optional<RunningTime> Feed::last_key_decoded_until(RunningTime time) {
    auto taken = taken_.lock();
    const auto key = std::find_if(taken->rbegin(), taken->rend(),
                                  [&](const Piece &piece) { return piece.key && piece.decoded <= time; });
    return key == taken->rend() ? std::nullopt : std::optional(key->hole.start);
}

std::vector<RunningTime> Feed::key_frames_until(RunningTime end) {
    auto times = key_times_.lock();
    std::vector<RunningTime> before;
    for (; !times->empty() && times->front() < end; times->pop_front())
        before.push_back(times->front());
    return before;
}

}  // namespace recordsink

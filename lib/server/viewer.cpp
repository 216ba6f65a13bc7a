// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/viewer.h"

#include <algorithm>

#include "rtp/rtcp.h"
#include "server/mount_mirror.h"

namespace rtspcore::server {

Viewer::Viewer(Session &session, MountMirror &mirror) : Viewer(session, mirror, mirror.mount()->config()) {}

Viewer::Viewer(Session &session, MountMirror &mirror, const media::MountConfig &config)
    : session_(session), mirror_(mirror), cursor_(config, session.selection()) {}

Viewer::~Viewer() = default;

void Viewer::look_behind(Time now) {
    if (!held_ && mirror_.mount()->config().slow_viewers == media::SlowViewerPolicy::Disconnect)
        (void)cursor_.peek(mirror_.ring(), now);
}

const char *Viewer::why_over() const {
    if (keys_are_spent_)
        return "its keys are spent";
    return cursor_.too_slow() ? "too slow a viewer" : nullptr;
}

bool Viewer::has_unit() const {
    const auto &streams = session_.streams();
    return std::any_of(streams.begin(), streams.end(), [this](const auto &stream) {
        return cursor_.upcoming(mirror_.ring(), static_cast<uint8_t>(stream.first)).has_value();
    });
}

media::SharedBatch Viewer::take(Time now) {
    if (held_)
        return nullptr;
    auto batch = cursor_.take(mirror_.ring(), now);
    note_changes(now);
    if (batch)
        mirror_.count_sent(*batch);
    return batch;
}

void Viewer::note_changes(Time now) {
    auto &statistics = mirror_.mount()->statistics();
    if (cursor_.units_dropped() != counted_drops_) {
        statistics.units_dropped.fetch_add(cursor_.units_dropped() - counted_drops_, std::memory_order_relaxed);
        counted_drops_ = cursor_.units_dropped();
    }
    if (cursor_.skips() == counted_skips_)
        return;
    statistics.skips.fetch_add(cursor_.skips() - counted_skips_, std::memory_order_relaxed);
    counted_skips_ = cursor_.skips();
    request_missing_key_units(now);
}

void Viewer::request_missing_key_units(Time now) {
    for (const auto &[index, stream] : session_.streams()) {
        const auto track = static_cast<uint8_t>(index);
        if (stream.track->config().has_key_frames && !cursor_.sends_any(track) &&
            !cursor_.upcoming(mirror_.ring(), track))
            stream.track->request_key_unit(now);
    }
}

media::SharedBatch Viewer::sealed(media::SharedBatch batch) {
    media::KeyOffer &keys = session_.keys();
    if (!keys.protection || !batch)
        return batch;
    if (!batch->is_rtcp() && !note_heard(keys, *batch))
        return nullptr;
    auto encrypted = keys.protection->protect(batch);
    keys_are_spent_ = keys_are_spent_ || !encrypted;
    return encrypted;
}

// Whether the receiver's rollover counter follows there from what it was sent last.
bool Viewer::note_heard(media::KeyOffer &keys, const media::PacketBatch &batch) {
    const auto &properties = batch.properties();
    const media::RunPosition position{properties.run, properties.first_sequence};
    const auto [heard, is_first] = keys.heard.try_emplace(batch.track(), position);
    if (!is_first && heard->second.run == position.run && !media::can_be_followed(heard->second, position))
        keys_are_spent_ = true;
    heard->second = position;
    return !keys_are_spent_;
}

bool Viewer::needs_report(const media::PacketBatch &batch) {
    const uint64_t bit = media::TrackSelection::bit(batch.track());
    const bool needed = !batch.is_rtcp() && (reported_ & bit) == 0;
    reported_ |= bit;
    return needed;
}

media::SharedBatch Viewer::report_for(const media::PacketBatch &batch, Time now) const {
    return media::make_sender_report(batch, mirror_.mount()->cname(), now);
}

void Viewer::report_silence(const media::Track &track, const media::SharedBatch &report, Time now) {
    const SessionStream *stream = session_.stream(track.index());
    if (!held_ && stream && stream->track.get() == &track)
        send_rtcp(report, now);
}

media::SharedBatch Viewer::goodbye_for(unsigned track, Time now) const {
    const auto newest = mirror_.ring().newest(static_cast<uint8_t>(track));
    if (!newest)
        return nullptr;
    return media::make_goodbye(*mirror_.ring().at(*newest), mirror_.mount()->cname(), now);
}

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/viewer_start.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "media/join.h"
#include "server/mount_mirror.h"

namespace rtspcore::server {

namespace {

bool ask_for_key_unit(Session &session, Time now) {
    bool answered = false;
    for (const auto &[index, stream] : session.streams())
        if (stream.track->config().has_key_frames)
            answered = stream.track->request_key_unit(now) || answered;
    return answered;
}

bool encoder_answers(const Session &session) {
    for (const auto &[index, stream] : session.streams())
        if (stream.track->config().has_key_frames && stream.track->answers_key_requests())
            return true;
    return false;
}

media::JoinKind join_kind(Viewer &viewer) {
    const Session &session = viewer.session();
    return media::choose_join(viewer.mirror().ring(), session.selection(), session.mount()->config(),
                              encoder_answers(session));
}

bool has_dependent_unit(Viewer &viewer) {
    const auto &streams = viewer.session().streams();
    return std::any_of(streams.begin(), streams.end(), [&](const auto &stream) {
        return stream.second.track->config().has_key_frames &&
               viewer.cursor().upcoming(viewer.mirror().ring(), static_cast<uint8_t>(stream.first)).has_value();
    });
}

// Whether a viewer that waits for a key unit may begin with an older one instead.
bool may_burst(Viewer &viewer) {
    return viewer.mirror().mount()->config().start_mode != media::StartMode::KeyFrame &&
           viewer.cursor().waits_for_key() &&
           media::last_entry_point(viewer.mirror().ring(), viewer.session().selection()).has_value();
}

std::vector<media::TimedUnit> make_goodbyes(const Viewer &viewer) {
    std::vector<std::shared_ptr<media::Track>> tracks;
    for (const auto &[index, stream] : viewer.session().streams())
        tracks.push_back(stream.track);
    return media::make_goodbyes(viewer.mirror().ring(), tracks);
}

void start_with_burst(Viewer &viewer) {
    const media::Ring &ring = viewer.mirror().ring();
    media::Mount &mount = *viewer.mirror().mount();
    const bool squeeze = mount.config().slow_viewers != media::SlowViewerPolicy::Lossless;
    auto burst = media::make_join_burst(ring, viewer.session().selection(), mount.tracks(), squeeze);
    const auto goodbyes = make_goodbyes(viewer);
    burst.insert(burst.end(), goodbyes.begin(), goodbyes.end());
    viewer.cursor().start_with_burst(std::move(burst), ring.end());
}

}  // namespace

bool start_viewer(Viewer &viewer, Time now) {
    const media::Ring &ring = viewer.mirror().ring();
    switch (join_kind(viewer)) {
        case media::JoinKind::Burst:
            start_with_burst(viewer);
            viewer.request_missing_key_units(now);
            return true;
        case media::JoinKind::Now:
            viewer.cursor().start_anywhere(ring.end());
            viewer.cursor().send_first(make_goodbyes(viewer));
            return false;
        case media::JoinKind::KeyFrame:
            break;
    }
    viewer.cursor().start(ring.end());
    viewer.cursor().send_first(make_goodbyes(viewer));
    if (ask_for_key_unit(viewer.session(), now) || !may_burst(viewer))
        return false;
    start_with_burst(viewer);
    return true;
}

Duration patience_of(Viewer &viewer) {
    const media::MountConfig &config = viewer.mirror().mount()->config();
    return may_burst(viewer) ? config.key_unit_wait : config.first_unit_wait;
}

void end_patience(Viewer &viewer) {
    if (has_dependent_unit(viewer) || !may_burst(viewer))
        return;
    for (const auto &[index, stream] : viewer.session().streams())
        stream.track->note_unanswered_key_request();
    start_with_burst(viewer);
}

void start_beside(Viewer &viewer, Time now) {
    if (join_kind(viewer) == media::JoinKind::KeyFrame)
        (void)ask_for_key_unit(viewer.session(), now);
}

}  // namespace rtspcore::server

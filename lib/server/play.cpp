// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "media/join.h"
#include "rtsp/range.h"
#include "server/connection.h"
#include "server/io_thread.h"
#include "server/request_handler.h"
#include "server/rtp_info.h"
#include "server/server.h"

namespace rtspcore::server {

namespace {

// How long PLAY waits for the first unit when there is nothing else to begin with...
constexpr std::chrono::milliseconds kFirstUnitWait{500};
// ...and when the viewer could begin with a long burst instead: an encoder that was asked for a key frame makes it
// within two frames; what takes longer is no better than the burst.
constexpr std::chrono::milliseconds kKeyUnitWait{80};

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

// Whether a viewer that waits for a key unit may begin with an older one instead.
bool may_burst(Viewer &viewer) {
    return viewer.mirror().mount()->config().start_mode != media::StartMode::KeyFrame &&
           viewer.cursor().waits_for_key() &&
           media::last_entry_point(viewer.mirror().ring(), viewer.session().selection()).has_value();
}

void start_with_burst(Viewer &viewer) {
    const media::Ring &ring = viewer.mirror().ring();
    media::Mount &mount = *viewer.mirror().mount();
    const bool squeeze = mount.config().slow_viewers != media::SlowViewerPolicy::Lossless;
    viewer.cursor().start_with_burst(
        media::make_join_burst(ring, viewer.session().selection(), mount.tracks(), squeeze), ring.end());
}

}  // namespace

Outcome RequestHandler::play(Context &context) {
    if (!context.session)
        return refuse(context, rtsp::Status::SessionNotFound, "PLAY needs a Session header");
    auto next = transition(context);
    if (auto *refusal = std::get_if<Outcome>(&next))
        return std::move(*refusal);
    if (const auto range = context.request.headers.find("Range"))
        if (const auto checked = rtsp::check_live_range(*range); !checked)
            return refuse(context, checked.error().code, checked.error().message.c_str());
    if (context.session->state() == rtsp::SessionState::Playing)
        return playing(context);
    if (context.session->viewer())
        return await_first_unit(context);
    return begin_playing(context);
}

Outcome RequestHandler::begin_playing(Context &context) {
    Session &session = *context.session;
    if (!has_bandwidth(*session.mount()))
        return refuse(context, rtsp::Status::NotEnoughBandwidth, "one more viewer would exceed the bit rate");
    Viewer &viewer = thread_.make_viewer(session);
    const media::Ring &ring = viewer.mirror().ring();
    switch (media::choose_join(ring, session.selection(), session.mount()->config(), encoder_answers(session))) {
        case media::JoinKind::Burst:
            start_with_burst(viewer);
            return playing(context);
        case media::JoinKind::Now:
            viewer.cursor().start_anywhere(ring.end());
            break;
        case media::JoinKind::KeyFrame:
            viewer.cursor().start(ring.end());
            if (!ask_for_key_unit(session, thread_.loop().now()) && may_burst(viewer)) {
                start_with_burst(viewer);
                return playing(context);
            }
            break;
    }
    viewer.hold();
    viewer.mirror().when_available(viewer, [this, id = context.connection.id()] { thread_.resume(id); });
    const auto wait = may_burst(viewer) ? kKeyUnitWait : kFirstUnitWait;
    return ParkedRequest{context.request, ParkedRequest::For::FirstUnit, thread_.loop().now() + wait};
}

// PLAY is answered when its first packet is known, so that RTP-Info is true.
Outcome RequestHandler::await_first_unit(Context &context) {
    Viewer &viewer = *context.session->viewer();
    if (!viewer.has_unit() && may_burst(viewer)) {
        for (const auto &[index, stream] : context.session->streams())
            stream.track->note_unanswered_key_request();
        start_with_burst(viewer);
    }
    return playing(context);
}

Answer RequestHandler::playing(Context &context) {
    Session &session = *context.session;
    Viewer &viewer = *session.viewer();
    session.set_state(rtsp::SessionState::Playing);
    Answer answer = respond(context, rtsp::Status::Ok);
    answer.response.headers.add("Range", std::string(rtsp::kLiveRange));
    if (const std::string info = rtp_info(viewer); !info.empty())
        answer.response.headers.add("RTP-Info", info);
    viewer.release();
    viewer.mirror().stop_waiting(viewer);
    if (!session.is_interleaved())
        answer.afterwards = [&viewer, this] { viewer.send(thread_.loop().now()); };
    return answer;
}

Outcome RequestHandler::pause(Context &context) {
    if (!context.session)
        return refuse(context, rtsp::Status::SessionNotFound, "PAUSE needs a Session header");
    auto next = transition(context);
    if (auto *refusal = std::get_if<Outcome>(&next))
        return std::move(*refusal);
    thread_.end_viewer(*context.session);
    context.session->set_state(std::get<rtsp::Transition>(next).next);
    return respond(context, rtsp::Status::Ok);
}

Outcome RequestHandler::teardown(Context &context) {
    if (!context.session)
        return refuse(context, rtsp::Status::SessionNotFound, "TEARDOWN needs a Session header");
    auto next = transition(context);
    if (auto *refusal = std::get_if<Outcome>(&next))
        return std::move(*refusal);
    Session &session = *context.session;
    if (std::get<rtsp::Transition>(next).ends_session) {
        context.session = nullptr;
        thread_.end_session(session);
        return respond(context, rtsp::Status::Ok);
    }
    thread_.datagram_peers().remove(session);
    session.streams().erase(*context.target.stream);
    for (const auto &[index, stream] : session.streams())
        if (!session.is_interleaved())
            thread_.datagram_peers().add(session, index);
    if (session.viewer())
        session.viewer()->cursor().drop_track(static_cast<uint8_t>(*context.target.stream));
    return respond(context, rtsp::Status::Ok);
}

}  // namespace rtspcore::server

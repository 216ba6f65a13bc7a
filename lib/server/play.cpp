// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "rtsp/range.h"
#include "server/connection.h"
#include "server/io_thread.h"
#include "server/key_agreement.h"
#include "server/request_handler.h"
#include "server/rtp_info.h"
#include "server/server.h"
#include "server/viewer_start.h"

namespace rtspcore::server {

Outcome RequestHandler::play(Context &context) {
    if (!context.session)
        return refuse(context, rtsp::Status::SessionNotFound, "PLAY needs a Session header");
    auto next = transition(context);
    if (auto *refusal = std::get_if<Outcome>(&next))
        return std::move(*refusal);
    if (const auto range = context.request.headers.find("Range"))
        if (const auto checked = rtsp::check_live_range(*range); !checked)
            return refuse(context, checked.error().code, checked.error().message.c_str());
    if (context.session->is_multicast())
        return play_multicast(context);
    if (context.session->state() == rtsp::SessionState::Playing)
        return playing(context);
    if (context.session->viewer())
        return await_first_unit(context);
    return begin_playing(context);
}

Outcome RequestHandler::begin_playing(Context &context) {
    Session &session = *context.session;
    if (!has_bandwidth(*session.mount(), media::ViewerCopy::Own))
        return refuse(context, rtsp::Status::NotEnoughBandwidth, "one more viewer would exceed the bit rate");
    Viewer &viewer = thread_.make_viewer(session);
    const Time now = thread_.loop().now();
    if (start_viewer(viewer, now))
        return play_first(context);
    viewer.hold();
    viewer.mirror().when_available(viewer, [this, id = context.connection.id()] { thread_.resume(id); });
    return ParkedRequest{context.request, ParkedRequest::For::FirstUnit, now + patience_of(viewer)};
}

// PLAY is answered when its first packet is known, so that RTP-Info is true.
Outcome RequestHandler::await_first_unit(Context &context) {
    end_patience(*context.session->viewer());
    return play_first(context);
}

Answer RequestHandler::play_first(Context &context) {
    Session &session = *context.session;
    if (keys_agree(*session.viewer(), session.keys()))
        return playing(context);
    context.session = nullptr;  // new keys are for a new one
    thread_.end_session(session);
    return refuse(context, rtsp::Status::KeyManagementFailure, "its keys are of numbers that wrapped meanwhile");
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
    if (context.session->is_multicast() && context.session->keys().protection)
        note_pause(*context.session);
    thread_.end_viewer(*context.session);
    context.session->set_state(std::get<rtsp::Transition>(next).next);
    return respond(context, rtsp::Status::Ok);
}

// Of a member of a group it is not known what it was sent last; it is near to the newest.
void RequestHandler::note_pause(Session &session) {
    for (const media::SequenceWindow &window : session.mount()->sequence_windows())
        session.keys().heard[window.track] = {window.run, window.newest};
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
        if (stream.transport.lower == rtsp::TransportSpec::Lower::Udp)
            thread_.datagram_peers().add(session, index);
    if (session.viewer())
        session.viewer()->cursor().drop_track(static_cast<uint8_t>(*context.target.stream));
    return respond(context, rtsp::Status::Ok);
}

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/session.h"

#include <algorithm>
#include <utility>

#include "server/multicast_membership.h"
#include "server/viewer.h"

namespace rtspcore::server {

Session::Session(std::string id, std::shared_ptr<media::Mount> mount, Time now)
    : id_(std::move(id)), mount_(std::move(mount)), last_seen_(now) {}

Session::~Session() = default;

SessionStream *Session::stream(unsigned track) {
    const auto found = streams_.find(track);
    return found != streams_.end() ? &found->second : nullptr;
}

const SessionStream *Session::stream(unsigned track) const {
    const auto found = streams_.find(track);
    return found != streams_.end() ? &found->second : nullptr;
}

rtsp::SessionSituation Session::situation(std::optional<unsigned> track) const {
    return {state_, static_cast<unsigned>(streams_.size()), track && streams_.count(*track) != 0};
}

media::TrackSelection Session::selection() const {
    media::TrackSelection selection;
    for (const auto &[index, stream] : streams_)
        selection.add(*stream.track);
    return selection;
}

std::optional<rtsp::TransportSpec::Lower> Session::lower_transport() const {
    if (streams_.empty())
        return std::nullopt;
    return streams_.begin()->second.transport.lower;
}

bool Session::is_silent(Time now, Duration lately) const {
    return state_ == rtsp::SessionState::Playing && std::ranges::all_of(streams_, [=](const auto &stream) {
               const auto latest = stream.second.track->latest();
               return !latest || now - latest->properties().made >= lately;
           });
}

void Session::set_keys(uint8_t track, const media::KeyOffer &keys) {
    if (keys_.protection != keys.protection)
        keys_ = media::KeyOffer{keys.protection};
    if (keys.protection)
        keys_.rollovers[track] = keys.rollovers_of(track);
}

void Session::set_viewer(std::unique_ptr<Viewer> viewer) {
    viewer_ = std::move(viewer);
}

void Session::set_membership(std::unique_ptr<MulticastMembership> membership) {
    membership_ = std::move(membership);
}

}  // namespace rtspcore::server

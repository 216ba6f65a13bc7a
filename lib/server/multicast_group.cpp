// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/multicast_group.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "rtp/big_endian.h"
#include "server/io_thread.h"
#include "server/key_agreement.h"
#include "server/multicast_membership.h"
#include "server/multicast_pool.h"
#include "server/server.h"
#include "server/viewer_start.h"

namespace rtspcore::server {

namespace {

// How often a session on another thread is told that its receiver lives.
Duration touch_interval(const ServerConfig &config) {
    constexpr Duration kMost = std::chrono::seconds(1);
    return std::min<Duration>(kMost, config.session_timeout / 4);
}

// Receivers whose losses are followed; a group of more is watched by its first ones.
constexpr size_t kMostReceivers = 4096;

constexpr size_t kRtcpHeader = 8;
constexpr size_t kRtcpSender = 4;  // its place there

// Nobody can be disconnected from a group, so it skips instead.
media::MountConfig without_disconnect(media::MountConfig config) {
    if (config.slow_viewers == media::SlowViewerPolicy::Disconnect)
        config.slow_viewers = media::SlowViewerPolicy::Skip;
    return config;
}

}  // namespace

Result<std::unique_ptr<MulticastGroup>, net::SocketError> MulticastGroup::open(
    IoThread &thread, const std::shared_ptr<media::Mount> &mount, const media::KeyOffer &keys) {
    std::optional<net::SocketAddress> address;
    for (const auto &track : mount->tracks())
        if (const auto endpoint = thread.server().multicast()->endpoint(mount, *track); endpoint && !address)
            address = *endpoint;
    if (!address)
        return Failure{net::SocketError::NotAvailable, std::string("no group address is left")};
    auto ports = net::UdpPorts::open_multicast(*address, thread.server().multicast_route());
    if (!ports)
        return ports.error();
    std::unique_ptr<MulticastGroup> group(new MulticastGroup(thread, mount, std::move(*ports)));
    group->session_.keys() = keys;
    group->follow_tracks();
    group->start();
    return group;
}

MulticastGroup::MulticastGroup(IoThread &thread, std::shared_ptr<media::Mount> mount,
                               std::unique_ptr<net::UdpPorts> ports)
    : thread_(thread),
      config_(without_disconnect(mount->config())),
      session_({}, std::move(mount), thread.loop().now()),
      ports_(std::move(ports)) {
    ports_->attach(thread.loop(), *this);
}

MulticastGroup::~MulticastGroup() {
    thread_.loop().cancel_timer(patience_timer_);
    viewer_.reset();
    thread_.schedule_reaping();
}

// Those that came since the group began, too: who joins has them in the description.
void MulticastGroup::follow_tracks() {
    const auto mount = session_.mount();
    for (const auto &track : mount->tracks()) {
        const auto endpoint = thread_.server().multicast()->endpoint(mount, *track);
        const SessionStream *known = session_.stream(track->index());
        if (!endpoint || (known && known->track == track))
            continue;
        add_stream(track, *endpoint);
        if (viewer_)
            viewer_->cursor().add_track(*track);
    }
}

void MulticastGroup::add_stream(const std::shared_ptr<media::Track> &track, const net::SocketAddress &endpoint) {
    SessionStream stream;
    stream.track = track;
    stream.rtp_peer = endpoint;
    stream.rtcp_peer = endpoint.with_port(static_cast<uint16_t>(endpoint.port() + 1));
    listen(track->index(), stream.rtcp_peer);
    session_.streams().insert_or_assign(track->index(), std::move(stream));
}

// Without it viewers are still served, and keep their sessions alive by RTSP.
void MulticastGroup::listen(unsigned track, const net::SocketAddress &endpoint) {
    auto listener = net::MulticastListener::open(
        endpoint, thread_.server().multicast_route(), thread_.loop(),
        [this](const net::SocketAddress &from, std::span<const uint8_t> bytes) { hear(from, bytes); });
    if (listener)
        listeners_.push_back(std::move(*listener));
    else
        CORE_WARNING("%s stream %u: receiver reports sent to the group are not heard: %s",
                     session_.mount()->path().c_str(), track, listener.error().message.c_str());
}

void MulticastGroup::start() {
    const Time now = thread_.loop().now();
    MountMirror &mirror = thread_.mirror_of(session_.mount());
    viewer_ =
        std::make_unique<MulticastViewer>(session_, mirror, config_, DatagramViewer::Way{*ports_, thread_.loop()});
    viewer_->hold();
    if (start_viewer(*viewer_, now))
        return;
    waits_ = true;
    mirror.when_available(*viewer_, [this] { tell_waiting(); });
    patience_timer_ = thread_.loop().start_timer(now + patience_of(*viewer_), [this] {
        patience_timer_ = 0;
        tell_waiting();
    });
}

void MulticastGroup::tell_waiting() {
    if (!std::exchange(waits_, false))
        return;
    end_patience(*viewer_);
    thread_.loop().cancel_timer(std::exchange(patience_timer_, 0));
    viewer_->mirror().stop_waiting(*viewer_);
    for (const GroupMember &member : members_)
        tell(member);
}

void MulticastGroup::add(GroupMember member) {
    for (const rtp::SrtpKey &key : member.srtcp_keys)
        srtcp_.push_back({member.thread, member.number, member.host, rtp::SrtcpReceiver(key)});
    members_.push_back(std::move(member));
    follow_tracks();
    if (waits_)
        return;
    if (!viewer_->is_held())
        start_beside(*viewer_, thread_.loop().now());
    tell(members_.back());
}

void MulticastGroup::tell(const GroupMember &member) {
    if (!keys_agree(*viewer_, member.keys))
        return MulticastMembership::post_end(thread_.server().thread(member.thread), member);
    MulticastMembership::post_first(thread_.server().thread(member.thread), member, first_packets(*viewer_));
}

void MulticastGroup::remove(unsigned thread, uint64_t number) {
    std::erase_if(members_,
                  [&](const GroupMember &member) { return member.thread == thread && member.number == number; });
    std::erase_if(srtcp_, [&](const MemberSrtcp &of) { return of.thread == thread && of.number == number; });
}

void MulticastGroup::begin() {
    tell_waiting();
    if (!viewer_->is_held())
        return;
    viewer_->release();
    viewer_->send(thread_.loop().now());
}

void MulticastGroup::say_goodbye() {
    if (!viewer_->is_held())
        viewer_->say_goodbye(thread_.loop().now());
}

void MulticastGroup::dismiss_members() {
    for (const GroupMember &member : std::exchange(members_, {}))
        MulticastMembership::post_end(thread_.server().thread(member.thread), member);
}

void MulticastGroup::on_datagram(const net::SocketAddress &from, std::span<const uint8_t> bytes, bool rtcp) {
    if (rtcp)
        hear(from, bytes);
}

// Anybody can send to a group, so only the hosts of members are listened to. Whose a packet is can be read in SRTCP,
// too (RFC 3711 section 3.4).
void MulticastGroup::hear(const net::SocketAddress &from, std::span<const uint8_t> bytes) {
    if (bytes.size() >= kRtcpHeader && is_own(rtp::load_u32(bytes, kRtcpSender)))
        return;
    const Said said = session_.keys().protection ? open_srtcp(from, bytes) : Said{bytes};
    const auto items = rtp::parse_rtcp(said.compound);
    auto &dropped = thread_.server().statistics().rtcp_dropped;
    if (!items || items->empty()) {
        dropped.fetch_add(items ? 0 : 1, std::memory_order_relaxed);
        return;
    }
    if (!touch_members(from, said.by)) {
        dropped.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    for (const rtp::RtcpItem &item : *items) {
        if (const auto *received = std::get_if<rtp::ReceiverReport>(&item))
            count_lost(*received);
        if (std::holds_alternative<rtp::PictureLossIndication>(item) ||
            std::holds_alternative<rtp::FullIntraRequest>(item))
            request_key_units();
    }
}

// What we send to the group is with our key, which no member has for its own.
MulticastGroup::Said MulticastGroup::open_srtcp(const net::SocketAddress &from, std::span<const uint8_t> bytes) {
    for (MemberSrtcp &member : srtcp_) {
        if (!member.host.same_host(from))
            continue;
        if (const auto compound = member.receiver.open(bytes); !compound.empty())
            return {compound, &member};
    }
    return {};
}

void MulticastGroup::count_lost(const rtp::ReceiverReport &report) {
    for (const rtp::ReportBlock &block : report.blocks) {
        const std::pair key(report.sender, block.source);
        if (reported_lost_.size() < kMostReceivers || reported_lost_.contains(key))
            session_.mount()->statistics().count_lost(block.cumulative_lost, reported_lost_[key]);
    }
}

// The group is sent back to us what we send to it.
bool MulticastGroup::is_own(uint32_t ssrc) const {
    return std::ranges::any_of(session_.streams(), [&](const auto &stream) {
        const auto newest = viewer_->mirror().ring().newest(static_cast<uint8_t>(stream.first));
        return newest && viewer_->mirror().ring().at(*newest)->properties().ssrc == ssrc;
    });
}

bool MulticastGroup::touch_members(const net::SocketAddress &host, const MemberSrtcp *proven) {
    const Time now = thread_.loop().now();
    const Duration interval = touch_interval(thread_.server().config());
    bool known = false;
    for (GroupMember &member : members_) {
        const bool is_heard =
            proven ? member.thread == proven->thread && member.number == proven->number : member.host.same_host(host);
        if (!is_heard)
            continue;
        known = true;
        if (now - member.touched < interval)
            continue;
        member.touched = now;
        MulticastMembership::post_touch(thread_.server().thread(member.thread), member);
    }
    return known;
}

void MulticastGroup::request_key_units() {
    for (const auto &[index, stream] : session_.streams())
        if (stream.track->config().has_key_frames)
            stream.track->request_key_unit(thread_.loop().now());
}

}  // namespace rtspcore::server

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/mount.h"

#include <algorithm>
#include <bitset>
#include <utility>

#include "base/random.h"
#include "media/mailbox.h"
#include "rtsp/request_target.h"

namespace rtspcore::media {

namespace {

constexpr size_t kMaxTracks = 64;

uint64_t next_mount_id() {
    static std::atomic<uint64_t> next{1};
    return next.fetch_add(1, std::memory_order_relaxed);
}

void wake_all(const std::vector<std::shared_ptr<Mailbox>> &mailboxes) {
    for (const auto &mailbox : mailboxes)
        mailbox->wake();
}

}  // namespace

std::shared_ptr<Mount> Mount::create(std::string path, MountConfig config) {
    return std::shared_ptr<Mount>(new Mount(std::move(path), config));
}

Mount::Mount(std::string path, MountConfig config)
    : path_(std::move(path)), config_(config), id_(next_mount_id()), cname_(random_hex(8)) {
    content_.lock()->ring = Ring(config.ring);
}

Mount::~Mount() = default;

std::shared_ptr<Track> Mount::add_track(TrackConfig config) {
    auto content = content_.lock();
    const auto index = free_index(*content);
    if (!index)
        return nullptr;
    auto track = std::make_shared<Track>(weak_from_this(), static_cast<uint8_t>(*index), std::move(config));
    const size_t count = std::max(content->tracks.size(), *index + 1);
    content->tracks.resize(count);
    content->made.resize(count);
    content->tracks[*index] = track;
    content->made[*index] = track;
    ++content->version;
    const Watching watching = count_watching(*content);
    content.unlock();
    if (track->config().watched)
        track->config().watched(watching.viewers, watching.number);
    return track;
}

std::optional<size_t> Mount::free_index(const Content &content) {
    if (content.made.size() < kMaxTracks)
        return content.made.size();
    std::bitset<kMaxTracks> in_ring;
    for (RingIndex at = content.ring.begin(); at < content.ring.end(); ++at)
        in_ring.set(content.ring.at(at)->track());
    for (size_t index = 0; index < kMaxTracks; ++index)
        if (content.made[index].expired() && !in_ring[index])
            return index;
    return std::nullopt;
}

void Mount::update_caps(Track &track, Ref<GstCaps> caps) {
    std::swap(track.description_.lock()->caps, caps);
    count_description();
}

void Mount::count_description() {
    ++content_.lock()->version;
}

void Mount::remove_track(const std::shared_ptr<Track> &track) {
    const SharedBatch goodbye = track->take_goodbye(cname_);
    std::vector<std::shared_ptr<Mailbox>> subscribers;
    {
        auto content = content_.lock();
        const auto found = std::find(content->tracks.begin(), content->tracks.end(), track);
        if (found == content->tracks.end())
            return;
        found->reset();
        ++content->version;
        if (!goodbye || is_closed())
            return;
        put(*content, goodbye);
        subscribers = content->subscribers;
    }
    wake_all(subscribers);
}

std::vector<std::shared_ptr<Track>> Mount::tracks() {
    auto content = content_.lock();
    std::vector<std::shared_ptr<Track>> present;
    std::copy_if(content->tracks.begin(), content->tracks.end(), std::back_inserter(present),
                 [](const auto &track) { return track != nullptr; });
    return present;
}

std::shared_ptr<Track> Mount::track(unsigned index) {
    auto content = content_.lock();
    return index < content->tracks.size() ? content->tracks[index] : nullptr;
}

std::vector<SequenceWindow> Mount::sequence_windows() {
    auto content = content_.lock();
    std::vector<uint8_t> present;
    for (const auto &track : content->tracks)
        if (track)
            present.push_back(track->index());
    return media::sequence_windows(content->ring, present);
}

std::string Mount::describe(bool ipv6, const std::map<unsigned, rtp::GroupDescription> &groups,
                            const std::map<unsigned, rtp::KeyDescription> &keys) {
    rtp::SessionDescription description;
    description.id = id_;
    description.version = content_.lock()->version;
    description.name = path_.substr(1);
    description.ipv6 = ipv6;
    auto in_order = tracks();
    std::stable_sort(in_order.begin(), in_order.end(),
                     [](const auto &a, const auto &b) { return a->config().order < b->config().order; });
    for (const auto &track : in_order) {
        const auto group = groups.find(track->index());
        const auto key = keys.find(track->index());
        description.media.push_back({track->caps(), rtsp::stream_control(track->index()),
                                     group != groups.end() ? std::optional(group->second) : std::nullopt,
                                     key != keys.end() ? std::optional(key->second) : std::nullopt});
    }
    return rtp::write_sdp(description);
}

void Mount::append(const SharedBatch &batch) {
    std::vector<std::shared_ptr<Mailbox>> subscribers;
    {
        auto content = content_.lock();
        const bool track_is_removed = !content->tracks[batch->track()];
        if (track_is_removed || is_closed())
            return;
        put(*content, batch);
        subscribers = content->subscribers;
    }
    wake_all(subscribers);
}

void Mount::put(Content &content, const SharedBatch &batch) {
    statistics_.bytes_published.fetch_add(batch->slab().size(), std::memory_order_relaxed);
    const RingIndex index = content.ring.end();
    content.ring.append(batch);
    for (const auto &mailbox : content.subscribers)
        mailbox->put({id_, index, batch});
}

void Mount::close() {
    std::vector<std::shared_ptr<Mailbox>> subscribers;
    {
        auto content = content_.lock();
        if (closed_.exchange(true, std::memory_order_acq_rel))
            return;
        for (const auto &mailbox : content->subscribers)
            mailbox->put({id_, content->ring.end(), nullptr});
        subscribers = content->subscribers;
    }
    wake_all(subscribers);
}

RingSnapshot Mount::subscribe(std::shared_ptr<Mailbox> mailbox) {
    auto content = content_.lock();
    content->subscribers.push_back(std::move(mailbox));
    return content->ring.snapshot();
}

void Mount::unsubscribe(const std::shared_ptr<Mailbox> &mailbox) {
    auto content = content_.lock();
    std::erase(content->subscribers, mailbox);
}

void Mount::add_viewer(ViewerCopy copy) {
    statistics_.viewers.fetch_add(1, std::memory_order_relaxed);
    if (copy == ViewerCopy::OfGroup)
        statistics_.group_members.fetch_add(1, std::memory_order_relaxed);
    auto content = content_.lock();
    ++content->viewers;
    const Watching watching = count_watching(*content);
    content.unlock();
    tell_watched(watching);
}

void Mount::remove_viewer(ViewerCopy copy) {
    statistics_.viewers.fetch_sub(1, std::memory_order_relaxed);
    if (copy == ViewerCopy::OfGroup)
        statistics_.group_members.fetch_sub(1, std::memory_order_relaxed);
    auto content = content_.lock();
    --content->viewers;
    const Watching watching = count_watching(*content);
    content.unlock();
    // Of one that is over nobody upstream needs to know.
    if (!is_closed())
        tell_watched(watching);
}

// Later mounts have higher ids.
Mount::Watching Mount::count_watching(Content &content) const {
    return {content.viewers, id_ << 32 | ++content.watch_changes};
}

void Mount::tell_watched(const Watching &watching) {
    for (const auto &track : tracks())
        if (track->config().watched)
            track->config().watched(watching.viewers, watching.number);
}

}  // namespace rtspcore::media

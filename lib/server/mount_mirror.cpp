// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/mount_mirror.h"

#include <algorithm>
#include <utility>

#include "media/mailbox.h"
#include "server/multicast_viewer.h"
#include "server/viewer.h"

namespace rtspcore::server {

MountMirror::MountMirror(std::shared_ptr<media::Mount> mount, std::shared_ptr<media::Mailbox> mailbox,
                         net::UdpPorts *udp)
    : mount_(std::move(mount)), mailbox_(std::move(mailbox)), udp_(udp), ring_(mount_->config().ring) {
    media::RingSnapshot snapshot = mount_->subscribe(mailbox_);
    media::RingIndex index = snapshot.begin;
    for (auto &batch : snapshot.batches)
        ring_.append_at(index++, std::move(batch));
    distributed_ = ring_.end();
}

MountMirror::~MountMirror() {
    mount_->unsubscribe(mailbox_);
    publish_counts();
}

void MountMirror::receive(media::RingIndex index, media::SharedBatch batch) {
    // What a former mirror of this mount was sent may still have been in the mailbox when this one subscribed.
    const bool is_known = !ring_.empty() && index < ring_.end();
    if (is_known)
        return;
    ring_.append_at(index, std::move(batch));
}

void MountMirror::distribute(Time now) {
    answer_waiting();
    for (TcpViewer *viewer : tcp_viewers_)
        viewer->send(now);
    distributed_ = std::max(distributed_, ring_.begin());
    for (; distributed_ < ring_.end(); ++distributed_)
        send_to_group(ring_.at(distributed_), now);
    // Those who skipped, or begin just now, are not where the group is.
    for (UdpViewer *viewer : udp_viewers_)
        viewer->catch_up(now);
    if (multicast_viewer_)
        multicast_viewer_->send(now);
    ring_.trim();
    publish_counts();
}

void MountMirror::report_silence(Time now) {
    if (now < next_silent_report_)
        return;
    next_silent_report_ = now + media::Track::kReportInterval;
    for (const auto &track : mount_->tracks()) {
        const auto latest = track->latest();
        if (latest && now - latest->properties().made >= media::Track::kReportInterval)
            report_silence(*track, media::make_silent_report(*latest, mount_->cname(), now), now);
    }
}

void MountMirror::report_silence(const media::Track &track, const media::SharedBatch &report, Time now) {
    for (TcpViewer *viewer : tcp_viewers_)
        viewer->report_silence(track, report, now);
    for (UdpViewer *viewer : udp_viewers_)
        viewer->report_silence(track, report, now);
    if (multicast_viewer_)
        multicast_viewer_->report_silence(track, report, now);
}

void MountMirror::answer_waiting() {
    std::vector<Waiting> ready;
    const auto is_ready = [](const Waiting &entry) { return entry.viewer->has_unit(); };
    const auto first_ready = std::stable_partition(waiting_.begin(), waiting_.end(), std::not_fn(is_ready));
    std::move(first_ready, waiting_.end(), std::back_inserter(ready));
    waiting_.erase(first_ready, waiting_.end());
    for (Waiting &entry : ready)
        entry.available();
}

void MountMirror::send_to_group(const media::SharedBatch &batch, Time now) {
    net::Destination destination;
    media::SharedBatch form;
    for (UdpViewer *viewer : udp_viewers_)
        if (viewer->joins_group(batch, now, destination, form))
            sending_of(form).destinations.push_back(destination);
    for (Sending &sending : sendings_) {
        if (sending.destinations.empty())
            continue;
        if (batch->is_rtcp())
            udp_->send_rtcp(sending.form, sending.destinations);
        else
            udp_->send_rtp(sending.form, sending.destinations);
        sending.destinations.clear();
        sending.form.reset();
    }
}

MountMirror::Sending &MountMirror::sending_of(const media::SharedBatch &form) {
    Sending *free = nullptr;
    for (Sending &sending : sendings_) {
        if (sending.form == form)
            return sending;
        if (!sending.form)
            free = &sending;
    }
    if (!free)
        free = &sendings_.emplace_back();
    free->form = form;
    return *free;
}

void MountMirror::add(TcpViewer &viewer) {
    tcp_viewers_.push_back(&viewer);
    mount_->add_viewer();
}

void MountMirror::add(UdpViewer &viewer) {
    udp_viewers_.push_back(&viewer);
    mount_->add_viewer();
}

void MountMirror::remove(TcpViewer &viewer) {
    std::erase(tcp_viewers_, &viewer);
    count_removed(viewer);
}

void MountMirror::remove(UdpViewer &viewer) {
    std::erase(udp_viewers_, &viewer);
    count_removed(viewer);
}

void MountMirror::stop_waiting(const Viewer &viewer) {
    std::erase_if(waiting_, [&](const Waiting &entry) { return entry.viewer == &viewer; });
}

void MountMirror::count_removed(const Viewer &viewer) {
    stop_waiting(viewer);
    mount_->remove_viewer();
}

void MountMirror::when_available(Viewer &viewer, std::function<void()> available) {
    waiting_.push_back({&viewer, std::move(available)});
}

void MountMirror::publish_counts() {
    auto &statistics = mount_->statistics();
    statistics.packets_sent.fetch_add(std::exchange(packets_sent_, 0), std::memory_order_relaxed);
    statistics.bytes_sent.fetch_add(std::exchange(bytes_sent_, 0), std::memory_order_relaxed);
}

}  // namespace rtspcore::server

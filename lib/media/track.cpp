// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <utility>

#include "media/mount.h"

namespace rtspcore::media {

namespace {

rtp::SenderInfo sender_info(const PacketBatch &batch) {
    const auto &p = batch.properties();
    return {p.ssrc, p.capture, p.time, static_cast<uint32_t>(p.packets_before), static_cast<uint32_t>(p.octets_before)};
}

// How much later its capture is than a report of the same stream says.
Duration moved_since(const rtp::SenderInfo &reported, const PacketBatch &batch, uint32_t clock_rate) {
    const int64_t ticks = static_cast<int32_t>(batch.properties().time - reported.time);
    return rtp::to_wall(batch.properties().capture) - rtp::to_wall(reported.ntp) -
           Duration(ticks * Duration::period::den / clock_rate);
}

uint32_t clock_rate_of(GstCaps *caps) {
    gint rate = 0;
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "clock-rate", &rate);
    return rate > 0 ? static_cast<uint32_t>(rate) : 90000;
}

// Whether the caps have these parameters themselves, whatever their values.
bool tells(const GstCaps *caps, const rtp::FormatParameters &parameters) {
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    return std::ranges::all_of(parameters, [structure](const auto &parameter) {
        return gst_structure_has_field(structure, parameter.first.c_str()) != FALSE;
    });
}

}  // namespace

SharedBatch make_sender_report(const PacketBatch &batch, std::string_view cname, Time now) {
    return make_rtcp_batch(batch.track(), rtp::sender_report(sender_info(batch), cname), now);
}

SharedBatch make_silent_report(const PacketBatch &last, std::string_view cname, Time now) {
    return make_rtcp_batch(last.track(), rtp::silent_report(last.properties().ssrc, cname), now);
}

SharedBatch make_goodbye(const PacketBatch &last, std::string_view cname, Time now) {
    return make_rtcp_batch(last.track(), rtp::goodbye(sender_info(last), cname), now);
}

Track::Track(std::weak_ptr<Mount> mount, uint8_t index, TrackConfig config)
    : mount_(std::move(mount)),
      index_(index),
      config_(std::move(config)),
      clock_rate_(clock_rate_of(config_.caps.get())),
      description_(Description{config_.caps, {}}) {}

Ref<GstCaps> Track::caps() {
    auto description = description_.lock();
    if (tells(description->caps.get(), description->in_band))
        return description->caps;
    auto complete = Ref<GstCaps>::adopt(gst_caps_copy(description->caps.get()));
    GstStructure *structure = gst_caps_get_structure(complete.get(), 0);
    for (const auto &[name, value] : description->in_band)
        gst_structure_set(structure, name.c_str(), G_TYPE_STRING, value.c_str(), nullptr);
    return complete;
}

void Track::complete_caps(rtp::FormatParameters parameters) {
    bool is_news = false;
    {
        auto description = description_.lock();
        is_news = !tells(description->caps.get(), parameters);
        std::swap(description->in_band, parameters);
    }
    const auto mount = mount_.lock();
    if (mount && is_news)
        mount->count_description();
}

void Track::publish(const SharedBatch &batch) {
    const auto mount = mount_.lock();
    if (!mount)
        return;
    if (begin_batch(batch))
        report_all(*mount, batch->properties().made);
    mount->append(batch);
    follow_key_requests(*batch);
}

void Track::report_all(Mount &mount, Time now) {
    const auto report = [&](Track &track) {
        if (const SharedBatch batch = track.take_report(mount.cname(), now))
            mount.append(batch);
    };
    report(*this);
    for (const auto &track : mount.tracks())
        if (track.get() != this)
            report(*track);
}

bool Track::begin_batch(const SharedBatch &batch) {
    const auto &properties = batch->properties();
    auto progress = progress_.lock();
    const bool is_first = !std::exchange(progress->latest, batch);
    progress->goodbye.reset();
    if (is_first)
        return true;
    const bool is_new = properties.ssrc != progress->reported.ssrc;
    const bool has_moved =
        is_new || std::chrono::abs(moved_since(progress->reported, *batch, clock_rate_)) > kSameCapture;
    if (has_moved && !std::exchange(progress->has_moved, true))
        progress->next_report = properties.made + kReportsAfterMove;
    return properties.made >= progress->next_report;
}

// A track that is silent reports when it goes on.
SharedBatch Track::take_report(std::string_view cname, Time now) {
    auto progress = progress_.lock();
    if (!progress->latest || now - progress->latest->properties().made > Ring::kStale)
        return nullptr;
    progress->next_report = now + kReportInterval;
    progress->reported = sender_info(*progress->latest);
    progress->has_moved = false;
    return make_sender_report(*progress->latest, cname, now);
}

std::string Track::path() const {
    const auto mount = mount_.lock();
    return mount ? mount->path() : std::string();
}

void Track::end() {
    const auto mount = mount_.lock();
    if (!mount)
        return;
    if (const SharedBatch goodbye = take_goodbye(mount->cname()))
        mount->append(goodbye);
}

SharedBatch Track::take_goodbye(std::string_view cname) {
    auto progress = progress_.lock();
    const SharedBatch last = std::exchange(progress->latest, nullptr);
    if (!last)
        return nullptr;
    progress->goodbye = make_goodbye(*last, cname, monotonic_now());
    return progress->goodbye;
}

SharedBatch Track::goodbye() {
    return progress_.lock()->goodbye;
}

SharedBatch Track::latest() {
    return progress_.lock()->latest;
}

bool Track::request_key_unit(Time now) {
    if (!config_.request_key_unit)
        return false;
    {
        auto requests = key_requests_.lock();
        if (requests->asked && now - *requests->asked < kKeyUnitInterval) {
            requests->deferred = !requests->on_its_way;
            return answers_key_requests();
        }
        *requests = {now, true, false};
    }
    return ask_upstream();
}

bool Track::ask_upstream() {
    if (const auto mount = mount_.lock())
        mount->statistics().key_unit_requests.fetch_add(1, std::memory_order_relaxed);
    const bool answers = config_.request_key_unit();
    if (!answers)
        note_unanswered_key_request();
    return answers;
}

void Track::follow_key_requests(const PacketBatch &batch) {
    const Time now = batch.properties().made;
    {
        auto requests = key_requests_.lock();
        if (batch.is_entry_point()) {
            if (requests->on_its_way && now - *requests->asked < kAnswerTime)
                answers_key_requests_.store(true, std::memory_order_relaxed);
            requests->on_its_way = requests->deferred = false;
        }
        if (!requests->deferred || now - *requests->asked < kKeyUnitInterval)
            return;
        *requests = {now, true, false};
    }
    ask_upstream();
}

}  // namespace rtspcore::media

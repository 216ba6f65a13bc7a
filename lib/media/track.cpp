// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "media/mount.h"
#include "rtp/rtcp.h"

namespace rtspcore::media {

namespace {

rtp::SenderInfo sender_info(const PacketBatch &batch) {
    const auto &p = batch.properties();
    return {p.ssrc, p.capture, p.time, static_cast<uint32_t>(p.packets_before), static_cast<uint32_t>(p.octets_before)};
}

uint32_t clock_rate_of(GstCaps *caps) {
    gint rate = 0;
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "clock-rate", &rate);
    return rate > 0 ? static_cast<uint32_t>(rate) : 90000;
}

}  // namespace

SharedBatch make_sender_report(const PacketBatch &batch, std::string_view cname, Time now) {
    return make_rtcp_batch(batch.track(), rtp::sender_report(sender_info(batch), cname), now);
}

SharedBatch make_goodbye(const PacketBatch &last, std::string_view cname, Time now) {
    return make_rtcp_batch(last.track(), rtp::goodbye(sender_info(last), cname), now);
}

Track::Track(Mount &mount, uint8_t index, TrackConfig config)
    : mount_(mount), index_(index), config_(std::move(config)), clock_rate_(clock_rate_of(config_.caps.get())) {}

void Track::publish(SharedBatch batch) {
    const SharedBatch report = sender_report_if_due(*batch);
    latest_ = batch;
    if (report)
        mount_.append({report, std::move(batch)});
    else
        mount_.append({std::move(batch)});
}

SharedBatch Track::sender_report_if_due(const PacketBatch &next) {
    const Time now = next.properties().made;
    if (latest_ && now < next_report_)
        return nullptr;
    next_report_ = now + kReportInterval;
    return make_sender_report(next, mount_.cname(), now);
}

void Track::end() {
    if (!latest_)
        return;
    const SharedBatch last = std::exchange(latest_, nullptr);
    mount_.append({make_goodbye(*last, mount_.cname(), monotonic_now())});
}

bool Track::request_key_unit(Time now) {
    if (!config_.request_key_unit)
        return false;
    {
        auto last = last_key_request_.lock();
        if (*last && now - **last < kKeyUnitInterval)
            return true;  // the one that was asked for already serves this viewer too
        *last = now;
    }
    mount_.statistics().key_unit_requests.fetch_add(1, std::memory_order_relaxed);
    const bool answers = config_.request_key_unit();
    if (!answers)
        note_unanswered_key_request();
    return answers;
}

}  // namespace rtspcore::media

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "load_report.h"

#include <algorithm>
#include <functional>

namespace bench {

namespace {

double microseconds(Duration duration) {
    return std::chrono::duration<double, std::micro>(duration).count();
}

// The least and the most that one viewer received: a server that forgets one loses no packet by sequence numbers.
void set_extremes(Json &json, std::vector<uint64_t> packets, const std::vector<uint64_t> &before) {
    std::transform(packets.begin(), packets.end(), before.begin(), packets.begin(), std::minus<>());
    json.set("fewest_packets", *std::min_element(packets.begin(), packets.end()));
    json.set("most_packets", *std::max_element(packets.begin(), packets.end()));
}

Json window(const Snapshot &begin, const Snapshot &end) {
    const TrackCounts watching = end.watching - begin.watching;
    const TrackCounts delivered = end.delivered - begin.delivered;
    const double server_cpu = microseconds(end.server.cpu - begin.server.cpu);
    Json json = Json::object();
    json.set("seconds", microseconds(end.time - begin.time) / 1e6);
    json.set("packets", delivered.packets);
    json.set("bytes", delivered.bytes);
    json.set("lost", watching.lost);
    json.set("reordered", watching.reordered);
    set_extremes(json, end.packets_of_each, begin.packets_of_each);
    json.set("server_cpu_us", server_cpu);
    json.set("client_cpu_us", microseconds(end.client.cpu - begin.client.cpu));
    json.set("server_us_per_packet", delivered.packets == 0 ? 0 : server_cpu / static_cast<double>(delivered.packets));
    return json;
}

Json server(const Measurement &measurement, size_t viewers) {
    const long grown = measurement.begin.server.anonymous_kib - measurement.with_one.anonymous_kib;
    Json json = Json::object();
    json.set("threads_idle", measurement.idle.threads);
    json.set("threads", measurement.begin.server.threads);
    json.set("anonymous_kib_idle", measurement.idle.anonymous_kib);
    json.set("anonymous_kib_one_viewer", measurement.with_one.anonymous_kib);
    json.set("anonymous_kib", measurement.begin.server.anonymous_kib);
    if (viewers > 1 && measurement.is_full)
        json.set("kib_per_viewer", static_cast<double>(grown) / static_cast<double>(viewers - 1));
    return json;
}

// The first of `viewers` that is counted: the very first viewer of a server waits for the pipeline to start, which is
// another matter.
Json joins(const Viewers &viewers, size_t first) {
    Samples packet, key, lateness, age;
    for (size_t i = first; i < viewers.size(); ++i) {
        const Viewer &viewer = *viewers[i];
        const TrackReceiver *track = viewer.first_track();
        if (!track)
            continue;
        if (track->first_packet_at())
            packet.add(*track->first_packet_at() - viewer.joined_at());
        if (track->first_key_at())
            key.add(*track->first_key_at() - viewer.joined_at());
        if (track->lateness())
            lateness.add(*track->lateness());
        if (viewer.settled_age())
            age.add(*viewer.settled_age());
    }
    Json json = Json::object();
    json.set("first_rtp_ms", packet.summary());
    json.set("first_key_frame_ms", key.summary());
    json.set("player_late_ms", lateness.summary());
    json.set("age_after_half_a_second_ms", age.summary());
    return json;
}

Json states(const Viewers &viewers) {
    size_t receiving = 0, failed = 0, stalled = 0;
    std::string failure;
    for (const auto &viewer : viewers) {
        stalled += viewer->stalled();
        failed += !viewer->failure().empty();
        receiving += viewer->failure().empty() && viewer->counts().packets > 0;
        if (!viewer->failure().empty())
            failure = viewer->failure();
    }
    Json json = Json::object();
    json.set("asked", viewers.size());
    json.set("receiving", receiving);
    json.set("stalled", stalled);
    json.set("failed", failed);
    json.set("last_failure", failure);
    return json;
}

uint64_t lost_by(const Viewers &viewers) {
    uint64_t lost = 0;
    for (const auto &viewer : viewers)
        lost += viewer->counts().lost;
    return lost;
}

}  // namespace

Json report(const Measurement &measurement, const Crowd &crowd) {
    Json latency = crowd.audience.latency().summary();
    latency.set("histogram", crowd.audience.latency().histogram());
    Json json = Json::object();
    json.set("viewers", states(crowd.viewers));
    json.set("cipher", crowd.viewers.front()->cipher());
    json.set("window", window(measurement.begin, measurement.end));
    json.set("server", server(measurement, crowd.viewers.size()));
    json.set("spread_ms", crowd.audience.spread().summary());
    json.set("latency_ms", latency);
    json.set("join", joins(crowd.viewers, 1));
    if (!crowd.joiners.empty()) {
        json.set("joiners", states(crowd.joiners));
        json.set("joiners_join", joins(crowd.joiners, 0));
        json.set("joiners_lost", lost_by(crowd.joiners));
    }
    return json;
}

}  // namespace bench

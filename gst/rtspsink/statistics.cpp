// SPDX-License-Identifier: LGPL-2.1-or-later
#include "statistics.h"

#include <atomic>

namespace rtspsink {

using rtspcore::media::Mount;
using rtspcore::media::MountStatistics;
using rtspcore::server::ServerStatistics;

namespace {

template <typename Counters>
struct Field {
    const char *name;
    std::atomic<uint64_t> Counters::*counter;
};

constexpr Field<ServerStatistics> kServerFields[] = {
    {"connections", &ServerStatistics::connections},
    {"connections-total", &ServerStatistics::connections_total},
    {"connections-refused", &ServerStatistics::connections_refused},
    {"sessions", &ServerStatistics::sessions},
    {"sessions-total", &ServerStatistics::sessions_total},
    {"requests", &ServerStatistics::requests},
    {"bad-requests", &ServerStatistics::bad_requests},
    {"requests-denied", &ServerStatistics::requests_denied},
    {"rtcp-dropped", &ServerStatistics::rtcp_dropped},
};

constexpr Field<MountStatistics> kMountFields[] = {
    {"viewers", &MountStatistics::viewers},
    {"packets-sent", &MountStatistics::packets_sent},
    {"bytes-sent", &MountStatistics::bytes_sent},
    {"units-dropped", &MountStatistics::units_dropped},
    {"skips", &MountStatistics::skips},
    {"packets-lost", &MountStatistics::packets_lost},
    {"key-unit-requests", &MountStatistics::key_unit_requests},
};

template <typename Counters, size_t N>
void add_fields(GstStructure *structure, Counters &counters, const Field<Counters> (&fields)[N]) {
    for (const auto &[name, counter] : fields)
        gst_structure_set(structure, name, G_TYPE_UINT64, (counters.*counter).load(std::memory_order_relaxed), nullptr);
}

GstStructure *mount_statistics(Mount &mount) {
    GstStructure *structure = gst_structure_new("mount", "mapping", G_TYPE_STRING, mount.path().c_str(), nullptr);
    add_fields(structure, mount.statistics(), kMountFields);
    return structure;
}

}  // namespace

GstStructure *make_statistics(Presentations &presentations) {
    GstStructure *structure = gst_structure_new_empty("application/x-rtspsink-stats");
    const auto server = presentations.server();
    if (server)
        add_fields(structure, server->statistics(), kServerFields);
    GValue mounts = G_VALUE_INIT;
    g_value_init(&mounts, GST_TYPE_LIST);
    for (const auto &mount : presentations.mounts()) {
        GValue value = G_VALUE_INIT;
        g_value_init(&value, GST_TYPE_STRUCTURE);
        g_value_take_boxed(&value, mount_statistics(*mount));
        gst_value_list_append_and_take_value(&mounts, &value);
    }
    gst_structure_take_value(structure, "mounts", &mounts);
    return structure;
}

}  // namespace rtspsink
